"""Breaks a derived table so that its model fails as a whole, naming a row as Postgres does."""

# A missing table is no fault of the data, which would be set aside; the detail stands for what
# Postgres says of a row that it refuses.
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
