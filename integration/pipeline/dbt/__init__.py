"""dbt for the pipeline: its project, its runs, and the code that its tables were derived with."""
