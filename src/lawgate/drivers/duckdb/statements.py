# SPDX-License-Identifier: Apache-2.0
"""The SQL statements of one batch, as templates. Values never enter them; only column expressions and paths do."""

CASES = """
CREATE TABLE cs AS
SELECT n AS case_n, engaged_official AS official, opened_on AS opened, upper(sha256({digest})) AS case_digest, {facts}
FROM {cases}"""

CLAIMS = """
SELECT n, line, case_n, row_id, tin, dob, {names}, addr_line1 AS line1, addr_line2 AS line2, city, state, zip,
  CAST({years} AS BIGINT) AS years, sha256({digest}) AS row_digest, hash(reason_text) AS reason, {sources}
FROM {rows}"""

FOUND = """
CREATE TABLE found AS
SELECT n, line, case_n, row_id, tin, dob, name_first, name_last, name_middle, name_suffix, building, unit, grade,
  years, reason, official, opened, unhex(sha256(row_digest || case_digest)) AS claim_digest, early,
  early = 0 AND {open} AS survives
FROM (SELECT *, {early} AS early FROM (SELECT f.*, cs.* EXCLUDE (case_n), {facts}
  FROM (SELECT *, {name_form} AS name_form FROM ({formed})) f JOIN cs ON f.case_n = cs.case_n))"""

# Several things are counted per batch; each falls back on the rows it is about.
BATCH = """
CREATE TABLE batch AS
WITH size AS (SELECT count(*) AS rows FROM found),
reasons AS (SELECT reason, count(*) AS k FROM found GROUP BY reason),
days AS (SELECT opened, count(*) AS k FROM found GROUP BY opened),
officials AS (SELECT official, count(DISTINCT case_n) AS cases_of_official FROM found GROUP BY official),
numbers AS (SELECT tin, count(*) AS k,
    min(hash(name_first, name_last)) <> max(hash(name_first, name_last)) AS other
  FROM found WHERE tin <> '' GROUP BY tin HAVING count(*) > 1),
persons AS (SELECT hash(name_first, name_last, building, unit) AS person, count(*) AS k FROM found
  WHERE grade IN ('A4', 'A5') GROUP BY ALL HAVING count(*) > 1),
shared AS (SELECT case_n, count(*) AS k FROM found GROUP BY case_n),
homes AS (SELECT hash(building, unit) AS home, count(DISTINCT hash(name_first, name_last)) AS k FROM found
  WHERE grade IN ('A4', 'A5') GROUP BY ALL HAVING count(*) > {crowd})
SELECT f.n, (SELECT rows FROM size) AS "batch.rows",
  coalesce(officials.cases_of_official, 0) AS "batch.cases_of_official",
  (SELECT count(*) * 1000 // greatest(1, (SELECT rows FROM size)) FROM reasons) AS "batch.distinct_reasons_permille",
  (SELECT max(k) * 1000 // greatest(1, (SELECT rows FROM size)) FROM reasons) AS "batch.top_reason_permille",
  (SELECT max(k) * 1000 // greatest(1, (SELECT rows FROM size)) FROM days) AS "batch.top_opening_day_permille",
  coalesce(numbers.other, false) AS "batch.same_tin_other_name",
  numbers.k IS NOT NULL AND NOT numbers.other OR persons.k IS NOT NULL AS "batch.same_person_again",
  coalesce(homes.k, 0) AS "batch.persons_at_address", shared.k AS "batch.rows_of_case"
FROM found f LEFT JOIN officials ON officials.official = f.official LEFT JOIN shared ON shared.case_n = f.case_n
LEFT JOIN numbers ON numbers.tin = f.tin
LEFT JOIN persons ON persons.person = hash(f.name_first, f.name_last, f.building, f.unit) AND f.grade IN ('A4', 'A5')
LEFT JOIN homes ON homes.home = hash(f.building, f.unit) AND f.grade IN ('A4', 'A5')"""

MEASURES = """
SELECT (SELECT count(*) FROM found), (SELECT count(*) FROM cs), count(DISTINCT official),
  (SELECT coalesce(max("batch.cases_of_official"), 0) FROM batch), count(DISTINCT reason),
  (SELECT coalesce(max("batch.top_reason_permille"), 0) FROM batch),
  (SELECT coalesce(max("batch.top_opening_day_permille"), 0) FROM batch) FROM found"""

SURVIVORS = """
SELECT n, tin, name_first, name_last, name_middle, name_suffix, dob, building, unit, years
FROM found WHERE survives ORDER BY n"""

# The verdict, as `linkage.reference.score` defines it: `chosen` fits by number where one is given, else by address.
MATCHED = """
CREATE TABLE matched AS
WITH fitting AS (SELECT k.*, k.files AND CASE WHEN f.tin <> '' THEN k.by_tin ELSE k.fit > 0 END AS chosen
  FROM candidate k JOIN found f USING (n)),
counted AS (SELECT n, count(*) FILTER (WHERE chosen) AS fits,
  count(*) FILTER (WHERE fit <> 0 AND NOT chosen) AS others_fit,
  max(CASE WHEN chosen THEN record END) AS record FROM fitting GROUP BY n)
SELECT c.n, CASE WHEN fits = 0 THEN 'none' WHEN fits > 1 OR others_fit > 0 THEN 'ambiguous'
    WHEN t.contradicts THEN 'none' ELSE 'unique' END AS fitted,
  t.fit, t.years, t.deceased, t.withheld, t.marks, t.others, t.minors, t.record
FROM counted c LEFT JOIN fitting t ON t.n = c.n AND t.record = c.record"""

# No joined table may have a column `verdict`: SQL would then read that one, and not the verdict made here.
JUDGED = """
CREATE TABLE judged AS
SELECT n, row_id, line, claim_digest, early, batch_word, late, verdict, years, record, others, minors FROM (
  SELECT *, CASE WHEN survives THEN {late} ELSE {unseen} END AS late, {batch} AS batch_word FROM (
    SELECT f.n, f.row_id, f.line, f.claim_digest, f.early, f.survives, f.grade, b.* EXCLUDE (n),
      CASE WHEN NOT f.survives THEN 'not_sought' ELSE coalesce(m.fitted, 'none') END AS verdict,
      CASE WHEN verdict = 'unique' THEN m.years ELSE 0 END AS years,
      CASE WHEN verdict = 'unique' THEN m.record ELSE 0 END AS record,
      CASE WHEN verdict = 'unique' THEN m.others ELSE 0 END AS others,
      CASE WHEN verdict = 'unique' THEN m.minors ELSE 0 END AS minors,
      verdict AS "match.verdict", CASE verdict WHEN 'unique' THEN true WHEN 'none' THEN false END AS "match.one_person",
      CASE WHEN verdict = 'unique' AND m.fit <> 1 THEN m.fit = 2 END AS "match.address_on_file",
      CASE WHEN verdict = 'unique' THEN CAST(bit_count(m.years) AS BIGINT) END AS "match.years_on_file",
      CASE WHEN verdict = 'unique' THEN m.deceased END AS "match.deceased",
      CASE WHEN verdict = 'unique' THEN m.withheld END AS "match.withheld",
      CASE WHEN verdict = 'unique' THEN (m.marks & 1) <> 0 END AS "match.informant",
      CASE WHEN verdict = 'unique' THEN (m.marks & 2) <> 0 END AS "match.impairs",
      CASE WHEN verdict = 'unique' THEN (m.marks >> 2) <> 0 END AS "match.marked"
    FROM found f JOIN batch b ON b.n = f.n LEFT JOIN matched m ON m.n = f.n))"""

PATTERNS = """
CREATE TABLE pattern AS
SELECT CAST(row_number() OVER (ORDER BY early, batch_word, late, verdict, years) - 1 AS INTEGER) AS number, * FROM (
  SELECT early, batch_word, late, verdict, years, count(*) AS k FROM judged GROUP BY ALL)"""

DECISIONS = """
SELECT j.n, j.row_id, j.line, p.number AS pattern, d.row_outcome, d.outcome, d.digest, j.claim_digest,
  CASE WHEN d.row_grants THEN j.record ELSE 0 END AS record,
  CASE WHEN d.row_grants THEN j.others ELSE 0 END AS others, CASE WHEN d.row_grants THEN j.minors ELSE 0 END AS minors,
  d.grants
FROM judged j
JOIN pattern p USING (early, batch_word, late, verdict, years) JOIN decided d ON d.number = p.number ORDER BY j.n"""

# A whole number as a bit string is its bytes, the most significant first.
ROW_TABLE = """
SELECT CAST(CAST(n AS INTEGER) AS BIT)::BLOB || claim_digest || digest
  || CAST(CAST(record AS BIGINT) AS BIT)::BLOB AS bytes
FROM {decisions} ORDER BY n"""
