-- The deliveries of a batch are counted without a look at all of them. They lie together, so the
-- least of indexes is enough, and it does not make their updates dearer.
-- depends: 0026.statistics
create index deliveries_batch on ingress.deliveries using brin (batch) with (autosummarize = on);
