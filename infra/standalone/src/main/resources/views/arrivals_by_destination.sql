-- The same from the other end: one row per destination.
--
-- The log is keyed by origin, so the events of one destination lie in many partitions. Nothing needs to be said
-- about that: a reader with a token, or one that asks for "strong", still sees everything that was appended before.
CREATE MATERIALIZED VIEW arrivals_by_destination AS
SELECT
  destination,
  COUNT(*) AS flights,
  AVG(CAST(delay AS DOUBLE)) AS average_delay,
  MAX(delay) AS worst_delay,
  AVG(CASE WHEN delay > 15 THEN 1.0E0 ELSE 0.0E0 END) AS late_share
FROM flights
GROUP BY destination;
