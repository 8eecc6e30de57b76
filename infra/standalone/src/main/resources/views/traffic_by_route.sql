-- Traffic between two airports. The key has two columns: a row is read as
-- /v1/views/traffic_by_route/rows/LAS/PHL, all routes from one airport as /v1/views/traffic_by_route/rows?prefix=LAS.
CREATE MATERIALIZED VIEW traffic_by_route AS
SELECT
  origin,
  destination,
  COUNT(*) AS flights,
  AVG(CAST(delay AS DOUBLE)) AS average_delay,
  MAX(distance) AS distance
FROM flights
GROUP BY origin, destination;
