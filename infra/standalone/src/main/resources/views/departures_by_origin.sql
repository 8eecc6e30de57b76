-- How punctual is each airport? One row per origin, updated with every flight.
--
-- The key of the view is what the query groups by: a row is read as /v1/views/departures_by_origin/rows/LAS.
-- AVG of whole numbers would be a whole number, hence the casts.
CREATE MATERIALIZED VIEW departures_by_origin AS
SELECT
  origin,
  COUNT(*) AS flights,
  AVG(CAST(delay AS DOUBLE)) AS average_delay,
  MAX(delay) AS worst_delay,
  AVG(CASE WHEN delay > 15 THEN 1.0E0 ELSE 0.0E0 END) AS late_share
FROM flights
GROUP BY origin;
