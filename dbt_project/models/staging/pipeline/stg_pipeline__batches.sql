select
    batch,
    finished_at
from {{ source('pipeline', 'batches') }}
