-- A task is found when the latest measure since its effect is due shows no step from where the figure began towards its aim.
WITH dated AS (
  SELECT j.*, p.value AS limit_days, CAST(j.done_on + INTERVAL '1' DAY * CAST(p.value AS INTEGER) AS DATE) AS effect_on
  FROM judged AS j
  LEFT JOIN param_reform_effect_days AS p
    ON p.valid_from <= j.done_on AND COALESCE(p.valid_until, DATE '9999-12-31') > j.done_on
),
measured AS (
  SELECT
    d.entity, d.task, f.figure_value, f.measured_on, f.fact,
    ROW_NUMBER() OVER (PARTITION BY d.entity, d.task ORDER BY f.measured_on DESC, f.fact DESC) AS place
  FROM dated AS d
  JOIN reform_figure AS f
    ON f.entity = d.entity AND f.figure = d.figure AND f.measured_on >= d.effect_on
)
SELECT
  d.entity,
  d.task,
  d.figure,
  d.done_on AS since,
  CASE WHEN m.fact IS NULL THEN [d.fact] ELSE [d.fact, m.fact] END AS entries,
  d.task_title,
  d.done_on,
  d.figure_from,
  d.figure_target,
  m.figure_value,
  m.measured_on,
  d.limit_days,
  CASE WHEN d.limit_days IS NULL THEN 'reform_effect_days' WHEN m.fact IS NULL THEN 'reform_figure' END AS missing
FROM dated AS d
LEFT JOIN measured AS m ON m.entity = d.entity AND m.task = d.task AND m.place = 1
WHERE m.fact IS NULL
  OR (d.figure_target > d.figure_from AND m.figure_value <= d.figure_from)
  OR (d.figure_target < d.figure_from AND m.figure_value >= d.figure_from)
