# SPDX-License-Identifier: Apache-2.0
"""The SQL statements of one batch, as templates. Values never enter them; only column expressions and paths do."""

CASES = """
CREATE TABLE cs AS
SELECT of_case, official, opened, case_text, {word} AS case_word{kept} FROM (
  SELECT n AS of_case, engaged_official AS official, opened_on AS opened, {text} AS case_text, {facts} FROM {cases})"""

# What follows from one text alone is found once for each distinct text.
SAID = """
CREATE TABLE said_{column} AS SELECT {column} AS said, {facts} FROM (SELECT DISTINCT {column} FROM {source})"""
SAID_JOIN = " JOIN said_{column} ON {column} IS NOT DISTINCT FROM said_{column}.said"

CLAIMS = """
SELECT n, line, case_n, row_id, tin, dob, {names}, addr_line1 AS line1, addr_line2 AS line2, city, state, zip,
  CAST({years} AS BIGINT) AS years{more}
FROM {rows}"""
# What a claim says is the text of its row and of its case; no field can hold the signs that stand between.
OF_CLAIM = """, unhex(sha256({text} || chr(30) || case_text)) AS claim_digest, hash(reason_text) AS reason, {sources}"""
WITH_CASE = "{rows} JOIN cs ON case_n = of_case"
# The same places, for what is asked of each distinct one.
PLACES = "SELECT addr_line1 AS line1, addr_line2 AS line2, city, state, zip FROM {rows}"

# Step by step, and not one step within the other: the database takes very long to read statements that nest deeply.
FOUND = """
CREATE TABLE found AS
WITH claims AS ({claims}), places AS NOT MATERIALIZED ({places}), formed AS ({formed}),
named AS (SELECT *, {name_form} AS name_form FROM formed),
stated AS (SELECT *, {facts} FROM named),
tested AS (SELECT *, {early} AS early FROM stated),
told AS (SELECT *, early = 0 AND {open} AS survives, hash(name_first, name_last) AS who FROM tested)
SELECT n, line, case_n, row_id, tin, grade, years, reason, official, opened, early, claim_digest, survives, who,
  CASE WHEN grade IN ('A4', 'A5') THEN hash(building, unit) END AS home, {facility} AS facility,
  {kept}
FROM told"""
# The text of these is needed only of rows that go on to the records.
KEPT = ("dob", "name_first", "name_last", "name_middle", "name_suffix", "building", "unit")

# Several things are counted per batch; each falls back on the rows it is about. Most homes are those of one person:
# people are told apart only at the others.
BATCH = (
    """CREATE TABLE measured AS
WITH size AS (SELECT count(*) AS rows FROM found),
reasons AS (SELECT reason, count(*) AS k FROM found GROUP BY reason),
days AS (SELECT opened, count(*) AS k FROM found GROUP BY opened)
SELECT rows AS "batch.rows", (SELECT count(*) FROM reasons) AS reasons,
  (SELECT count(*) * 1000 // greatest(1, rows) FROM reasons) AS "batch.distinct_reasons_permille",
  (SELECT max(k) * 1000 // greatest(1, rows) FROM reasons) AS "batch.top_reason_permille",
  (SELECT max(k) * 1000 // greatest(1, rows) FROM days) AS "batch.top_opening_day_permille"
FROM size""",
    """CREATE TABLE officials AS
SELECT official, count(*) AS people FROM found GROUP BY official""",
    """CREATE TABLE numbers AS
SELECT tin, min(who) <> max(who) AS other FROM found WHERE tin <> '' GROUP BY tin HAVING count(*) > 1""",
    """CREATE TABLE persons AS
SELECT who, home FROM found WHERE home IS NOT NULL GROUP BY ALL HAVING count(*) > 1""",
    """CREATE TABLE homes AS
SELECT home, count(DISTINCT who) AS k FROM found WHERE home IN (
  SELECT home FROM found WHERE home IS NOT NULL GROUP BY home HAVING min(who) <> max(who))
GROUP BY home HAVING count(*) > {crowd}""",
    """CREATE TABLE shared AS
SELECT case_n, count(*) AS k FROM found GROUP BY case_n HAVING count(*) > 1""",
)

MEASURES = """
SELECT (SELECT count(*) FROM found), (SELECT count(*) FROM cs), (SELECT count(official) FROM officials),
  (SELECT coalesce(max(people), 0) FROM officials WHERE official IS NOT NULL),
  reasons, coalesce("batch.top_reason_permille", 0), coalesce("batch.top_opening_day_permille", 0) FROM measured"""

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
    SELECT f.n, f.row_id, f.line, f.claim_digest, f.early, f.survives, f.grade, f.facility, measured.*,
      coalesce(officials.people, 0) AS "batch.people_of_official",
      coalesce(numbers.other, false) AS "batch.same_tin_other_name",
      numbers.tin IS NOT NULL AND NOT numbers.other OR persons.who IS NOT NULL AS "batch.same_person_again",
      coalesce(homes.k, 0) AS "batch.persons_at_address", coalesce(shared.k, 1) AS "batch.rows_of_case",
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
    FROM found f CROSS JOIN measured LEFT JOIN officials ON officials.official = f.official
    LEFT JOIN numbers ON numbers.tin = f.tin LEFT JOIN persons ON persons.who = f.who AND persons.home = f.home
    LEFT JOIN homes ON homes.home = f.home LEFT JOIN shared ON shared.case_n = f.case_n
    LEFT JOIN matched m ON m.n = f.n))"""

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
SELECT CAST(n AS INTEGER) AS n, CAST(CAST(n AS INTEGER) AS BIT)::BLOB || claim_digest || digest
  || CAST(CAST(record AS BIGINT) AS BIT)::BLOB AS bytes
FROM {decisions}"""
