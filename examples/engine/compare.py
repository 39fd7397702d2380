#!/usr/bin/env python3
"""Exports ledgers as one dataset, runs the SQL text of sql/ on it in an engine, and compares each report with
`crm report -f csv`, to the last digit, on several days.

    python3 compare.py --crm crm --engine duckdb --days 2010-01-31,2010-03-31 LEDGER...

Engines: duckdb (PyPI duckdb), sail (pysail, pyspark-client), spark (pyspark, Java 17; two executors), clickhouse (chdb).
DuckDB reads the CSV and writes the Parquet that the others read, so it is always needed.
"""

import argparse
import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal, InvalidOperation
from pathlib import Path

SQL = Path(__file__).resolve().parents[2] / "sql"

# The command behind each text, and how many columns of the SQL come before the report's: the ledger, and of reports that
# have a table for each board the board.
REPORTS = {
    "funnel": ("report funnel", 2),
    "conversion": ("report conversion", 2),
    "cycle": ("report cycle", 2),
    "bridge": ("report bridge", 1),
    "sales": ("report sales", 1),
    "receivables": ("report receivables", 1),
    "service": ("report service", 1),
    "customers": ("customers", 1),
    "activity": ("report ratios", 1),
}

# Columns of the SQL that the report has only where there is something in them, by the report's names.
SOMETIMES = {"cycle": {"fell_back": "fell-back"}}

# Columns of the report that depend on grades, which no dataset has, and on currencies without a rate.
LEFT_OUT = {"service": ["answer-kept", "resolve-kept"], "customers": ["grade"], "funnel": ["other-currencies"],
          "bridge": ["other-currencies"]}


def statements(name):
    """The statements of a file, without comments."""
    text = re.sub(r"--[^\n]*", "", (SQL / name).read_text(encoding="utf-8"))
    return [part.strip() for part in text.split(";") if part.strip()]


class DuckDB:
    def __init__(self, dataset, parquet):
        import duckdb

        self.connection = duckdb.connect()
        self.connection.execute(f"SET VARIABLE dataset = '{dataset}'")
        for statement in statements("load.sql"):
            self.connection.execute(statement)
        if parquet:
            self.connection.execute(f"EXPORT DATABASE '{parquet}' (FORMAT parquet)")

    def run(self, statement):
        self.connection.execute(statement)

    def rows(self, query):
        cursor = self.connection.execute(query)
        return [column[0] for column in cursor.description], cursor.fetchall()

    def close(self):
        self.connection.close()


class Connected:
    """An engine with Spark's interface."""

    def __init__(self, spark, parquet):
        self.spark = spark
        for file in sorted(Path(parquet).glob("*.parquet")):
            spark.read.parquet(str(file)).createOrReplaceTempView(file.stem)

    def run(self, statement):
        self.spark.sql(statement).collect()

    def rows(self, query):
        frame = self.spark.sql(query)
        return frame.columns, [tuple(row) for row in frame.collect()]

    def close(self):
        self.spark.stop()


class Sail(Connected):
    def __init__(self, parquet):
        from pysail.spark import SparkConnectServer
        from pyspark.sql import SparkSession

        self.server = SparkConnectServer()
        self.server.start(background=True)
        _, port = self.server.listening_address
        super().__init__(SparkSession.builder.remote(f"sc://localhost:{port}").getOrCreate(), parquet)

    def close(self):
        super().close()
        self.server.stop()


class Spark(Connected):
    def __init__(self, parquet):
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master("local-cluster[2,1,1024]").config("spark.ui.enabled", "false")
        builder = builder.config("spark.sql.shuffle.partitions", "4").config("spark.sql.ansi.enabled", "true")
        super().__init__(builder.getOrCreate(), parquet)


class ClickHouse:
    """ClickHouse without a server. Its views are not temporary, and a join that finds nothing gives NULL only if asked."""

    def __init__(self, parquet):
        from chdb import session

        self.session = session.Session()
        self.session.query("SET join_use_nulls = 1")
        for file in sorted(Path(parquet).glob("*.parquet")):
            self.session.query(f"CREATE VIEW {file.stem} AS SELECT * FROM file('{file}', Parquet)")

    def run(self, statement):
        self.session.query(statement.replace("TEMP VIEW", "VIEW"))

    def rows(self, query):
        found = json.loads(str(self.session.query(query, "JSONCompact")))
        return [column["name"] for column in found["meta"]], [tuple(row) for row in found["data"]]

    def close(self):
        self.session.close()


def plain(value):
    """A value as text, numbers without zeros at their ends."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value) if isinstance(value, float) else str(value)
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite():
        return text
    return format(number.normalize() + 0, "f")


def report(crm, ledger, command, day):
    words = [crm, "--ledger", ledger, "--as-of", day, *command.split(), "-f", "csv", "--raw"]
    run = subprocess.run(words, capture_output=True, text=True, env={**os.environ, "CRM_CONFIG": "", "CRM_LANG": "en"})
    if run.returncode != 0:
        sys.exit(f"{' '.join(words)}: {run.stderr}")
    # A report of nothing may have no table.
    rows = list(csv.reader(io.StringIO(run.stdout))) or [[]]
    return rows[0], [[plain(value) for value in row] for row in rows[1:]]


def compare(engine, name, ledgers, expected):
    """What differs, a line for each ledger."""
    before, optional, left_out = REPORTS[name][1], SOMETIMES.get(name, {}), LEFT_OUT.get(name, [])
    head, rows = engine.rows(statements(f"{name}.sql")[0])
    found = {ledger: [] for ledger in ledgers}
    for row in rows:
        found[row[0]].append(row)
    wrong = []
    for ledger in ledgers:
        columns, wanted = expected[ledger]
        shown = [at for at, column in enumerate(columns) if column not in left_out]
        wanted = [[row[at] for at in shown] for row in wanted]
        kept = [at for at in range(before, len(head)) if head[at] not in optional or optional[head[at]] in columns]
        # A report prints the first board in use.
        first = [row for row in found[ledger] if before == 1 or row[1] == found[ledger][0][1]]
        got = [[plain(row[at]) for at in kept] for row in first]
        if got != wanted:
            differing = [(a, b) for a, b in zip(wanted, got) if a != b] or [(len(wanted), len(got))]
            wrong.append(f"{name} of {ledger}: crm {differing[0][0]}\n    {' ' * len(name)}  sql {differing[0][1]}")
    return wrong


OTHERS = {"sail": Sail, "spark": Spark, "clickhouse": ClickHouse}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledgers", nargs="+", metavar="LEDGER", help="the folder of a ledger")
    parser.add_argument("--crm", default="crm", help="the program")
    parser.add_argument("--engine", action="append", choices=["duckdb", "sail", "spark", "clickhouse"], required=True)
    parser.add_argument("--days", required=True, help="the as-of days, with commas between them")
    parser.add_argument("--reports", default=",".join(REPORTS), help="which, with commas between them")
    parser.add_argument("--dataset", help="the folder of the dataset [default: a temporary one]")
    parser.add_argument("--times", action="store_true", help="print how long each took")
    options = parser.parse_args()
    names = [name for name in options.reports.split(",") if (SQL / f"{name}.sql").exists()]
    crm = str(Path(options.crm).resolve()) if os.sep in options.crm else options.crm
    ledgers = {f"{Path(folder).resolve().name}": folder for folder in options.ledgers}
    if len(ledgers) != len(options.ledgers):
        sys.exit("two ledgers have folders of one name")
    with tempfile.TemporaryDirectory() as temporary:
        dataset = options.dataset or f"{temporary}/dataset"
        for name, folder in ledgers.items():
            subprocess.run([crm, "--ledger", folder, "export", "dataset", dataset, "--as", name],
                           check=True, capture_output=True)
        parquet = f"{temporary}/parquet"
        expected = {}
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            started = {
                (name, day, ledger): pool.submit(report, crm, folder, REPORTS[name][0], day)
                for day in options.days.split(",") for name in names for ledger, folder in ledgers.items()
            }
            expected = {key: future.result() for key, future in started.items()}
        wrong = compared = 0
        for which in options.engine:
            duckdb = DuckDB(dataset, parquet if which != "duckdb" or "duckdb" not in options.engine else None)
            engine = duckdb if which == "duckdb" else OTHERS[which](parquet)
            for day in options.days.split(","):
                engine.run(f"CREATE OR REPLACE TEMP VIEW as_of AS SELECT DATE '{day}' AS as_of_day")
                for statement in statements("views.sql"):
                    engine.run(statement)
                for name in names:
                    start = time.time()
                    of_day = {ledger: expected[name, day, ledger] for ledger in ledgers}
                    differences = compare(engine, name, ledgers, of_day)
                    if options.times:
                        print(f"{which} {day} {name}: {time.time() - start:.2f} s")
                    compared += len(ledgers)
                    wrong += len(differences)
                    for difference in differences[:3]:
                        print(f"{which} {day} {difference}")
            engine.close()
        print(f"{compared} compared, {wrong} differ")
    sys.exit(1 if wrong or not compared else 0)


if __name__ == "__main__":
    main()
