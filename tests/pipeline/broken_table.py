"""Breaks a derived table so that its whole model fails, with an error that quotes a row."""

# A missing table is not a fault of the data, for which only single sessions would fail. The detail
# imitates what Postgres reports about a row that it refuses.
BREAK = """
    create function operations.broken() returns trigger language plpgsql as $$
        begin
            raise exception 'relation "operations.not_there" does not exist'
                using errcode = 'undefined_table', detail = 'Failing row contains ' || new::text;
        end
    $$;
    create trigger broken before insert on operations.outcomes
        for each row execute function operations.broken()
"""
REPAIR = "drop function operations.broken cascade"
