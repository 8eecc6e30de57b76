-- Departures per state: two logs joined.
--
-- The flights are counted per origin before the join, so that the join keeps one row per airport instead of every
-- flight there ever was. A count that changes replaces its old row in the join and in the sum, so the progress of this
-- view comes from barriers and its rows are exact cuts.
CREATE MATERIALIZED VIEW departures_by_state AS
SELECT
  a.state,
  COUNT(*) AS airports,
  SUM(f.flights) AS flights,
  CAST(SUM(f.total_delay) AS DOUBLE) / SUM(f.flights) AS average_delay
FROM (
  SELECT origin, COUNT(*) AS flights, SUM(CAST(delay AS BIGINT)) AS total_delay
  FROM flights
  GROUP BY origin) AS f
JOIN (
  -- An airport that is reported again replaces what was known of it.
  SELECT iata, LAST_VALUE(state) AS state
  FROM airports
  GROUP BY iata) AS a
ON f.origin = a.iata
GROUP BY a.state;
