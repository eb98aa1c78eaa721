-- The deliveries of a batch are counted without a look at all of them. They are stored next to each other, so the
-- smallest kind of index is enough, and updates do not cost more because of it.
-- depends: 0026.statistics
create index deliveries_batch on ingress.deliveries using brin (batch) with (autosummarize = on);
