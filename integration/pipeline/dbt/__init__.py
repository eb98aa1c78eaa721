"""dbt as the pipeline uses it: its project, the code its tables were derived with, its runs."""
