-- Views for common questions over the tables of courts.toml, in SQL that DuckDB and PostgreSQL both
-- take. `weir courts load` makes them; views never add columns to tables.

-- How many cases were filed, by court, month and kind of case.
CREATE OR REPLACE VIEW filings_per_month AS
SELECT court,
       CAST(EXTRACT(YEAR FROM fileddate) AS INTEGER) AS filed_year,
       CAST(EXTRACT(MONTH FROM fileddate) AS INTEGER) AS filed_month,
       classification,
       propertytype,
       COUNT(*) AS cases
FROM oca_index
WHERE fileddate IS NOT NULL
GROUP BY court, EXTRACT(YEAR FROM fileddate), EXTRACT(MONTH FROM fileddate), classification, propertytype;

-- Cases that are not disposed of, with their latest appearance.
CREATE OR REPLACE VIEW open_cases AS
SELECT i.indexnumberid,
       i.court,
       i.fileddate,
       i.classification,
       i.propertytype,
       i.status,
       i.primaryclaimtotal,
       a.appearances,
       a.latest_appearance
FROM oca_index i
LEFT JOIN (SELECT indexnumberid,
                  COUNT(*) AS appearances,
                  MAX(appearancedatetime) AS latest_appearance
           FROM oca_appearances
           GROUP BY indexnumberid) a ON a.indexnumberid = i.indexnumberid
WHERE i.disposeddate IS NULL;

-- Appearances with what came of each; an appearance without outcome has one row.
CREATE OR REPLACE VIEW appearances_with_outcomes AS
SELECT a.indexnumberid,
       a.appearanceid,
       a.appearancedatetime,
       a.appearancepurpose,
       a.appearancereason,
       a.appearancepart,
       a.motionsequence,
       o.appearanceoutcometype,
       o.outcomebasedontype
FROM oca_appearances a
LEFT JOIN oca_appearance_outcomes o
       ON o.indexnumberid = a.indexnumberid AND o.appearanceid = a.appearanceid;

-- Warrants with the judgment that each is of.
CREATE OR REPLACE VIEW warrants_with_judgments AS
SELECT w.indexnumberid,
       i.court,
       w.judgmentsequence,
       w.sequence AS warrantsequence,
       j.judgmenttype,
       j.entereddatetime AS judgmententered,
       j.withpossession,
       j.latestjudgmentstatus,
       j.totaljudgmentamount,
       w.createdreason,
       w.ordereddate,
       w.issueddate,
       w.executiontype,
       w.executiondate,
       w.returneddate,
       w.returnedreason,
       w.vacateddate
FROM oca_warrants w
LEFT JOIN oca_index i ON i.indexnumberid = w.indexnumberid
LEFT JOIN oca_judgments j
       ON j.indexnumberid = w.indexnumberid AND j.sequence = w.judgmentsequence;

-- Cases with an executed warrant, by year and postal code of the property.
CREATE OR REPLACE VIEW eviction_executions_per_zip AS
SELECT SUBSTRING(TRIM(a.postalcode) FROM 1 FOR 5) AS zip,
       CAST(EXTRACT(YEAR FROM w.executiondate) AS INTEGER) AS execution_year,
       COUNT(DISTINCT w.indexnumberid) AS cases
FROM oca_warrants w
JOIN oca_addresses a ON a.indexnumberid = w.indexnumberid
WHERE w.executiondate IS NOT NULL AND a.postalcode IS NOT NULL
GROUP BY SUBSTRING(TRIM(a.postalcode) FROM 1 FOR 5), EXTRACT(YEAR FROM w.executiondate);

-- How respondents are represented, by court and year of filing.
CREATE OR REPLACE VIEW respondent_representation AS
SELECT i.court,
       CAST(EXTRACT(YEAR FROM i.fileddate) AS INTEGER) AS filed_year,
       COUNT(*) AS respondents,
       COUNT(CASE WHEN p.representationtype = 'Counsel' THEN 1 END) AS with_counsel,
       COUNT(CASE WHEN p.representationtype = 'SRL' THEN 1 END) AS self_represented,
       COUNT(CASE WHEN p.representationtype = 'No Appearance' THEN 1 END) AS without_appearance
FROM oca_parties p
JOIN oca_index i ON i.indexnumberid = p.indexnumberid
WHERE p.role = 'Respondent'
GROUP BY i.court, EXTRACT(YEAR FROM i.fileddate);

-- What cases claim, by kind of cause.
CREATE OR REPLACE VIEW claims_by_cause AS
SELECT c.causeofactiontype,
       i.classification,
       COUNT(*) AS causes,
       COUNT(c.amount) AS causes_with_amount,
       SUM(c.amount) AS total_amount
FROM oca_causes c
JOIN oca_index i ON i.indexnumberid = c.indexnumberid
GROUP BY c.causeofactiontype, i.classification;
