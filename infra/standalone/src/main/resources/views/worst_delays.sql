-- The three worst delays of each origin, ranked: Flink's Top-N pattern, ROW_NUMBER with a filter on it.
--
-- A flight that drops out of the first three takes a row back, so the progress of this view comes from barriers: its
-- rows are exact cuts, 100 ms apart ("exact": true in a read's answer).
--
-- Ties need an order of their own, or two computations of the same rows could disagree: the earlier flight first, then
-- the destination, then where the event lies in the log. "date" is a word of SQL, hence the back-ticks; _partition and
-- _offset are columns that every log has.
CREATE MATERIALIZED VIEW worst_delays (PRIMARY KEY (origin, place)) AS
SELECT origin, place, delay, `date` AS departed, destination, distance
FROM (
  SELECT
    origin, delay, `date`, destination, distance,
    ROW_NUMBER() OVER (
      PARTITION BY origin
      ORDER BY delay DESC, `date` ASC, destination ASC, _partition ASC, _offset ASC) AS place
  FROM flights)
WHERE place <= 3;
