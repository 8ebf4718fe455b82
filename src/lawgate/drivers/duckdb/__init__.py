# SPDX-License-Identifier: Apache-2.0
"""DuckDB: the engine and the Parquet record store. The only folder that imports duckdb."""
