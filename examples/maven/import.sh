#!/bin/sh
# Turns the "CRM Sales Opportunities" data of Maven Analytics into a ledger.
#
#   import.sh SOURCE_DIR LEDGER_DIR [DATE]
#
# SOURCE_DIR holds sales_pipeline.csv, sales_teams.csv and accounts.csv. DATE is the day of the deals
# that have no date (those still prospected): the last day of the data unless stated. CRM names another
# crm than the one on the PATH. A second run adds what is new in the files, and nothing twice.
set -eu

if [ $# -lt 2 ] || [ $# -gt 3 ]; then
    echo "usage: $0 SOURCE_DIR LEDGER_DIR [DATE]" >&2
    exit 2
fi
source=$1 ledger=$2 date=${3:-2017-12-31}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
crm=${CRM:-crm}

# The team, once: managers first, then the agents with theirs. Ids are made from names as
# {sales_agent|slug} makes them.
if [ ! -e "$ledger/crm.toml" ]; then
    "$crm" init "$ledger"
    tr -d '\r' < "$source/sales_teams.csv" | awk -F, '
        function slug(name) { name = tolower(name); gsub(/[^a-z0-9]+/, "-", name); return name }
        function rep(name, rest) { printf "\n[[rep]]\nid       = \"%s\"\nname     = \"%s\"\n%s", slug(name), name, rest }
        BEGIN {
            print "[ledger]\ntitle      = \"Maven hardware\"\ncurrency   = \"USD\""
            print "cycle_days = 140                 # the slowest deal that was won took 138"
        }
        NR > 1 && !seen[$2]++ { rep($2, "capacity = 0\nregions  = [\"" $3 "\"]\n") }
        NR > 1 { agents[NR] = $0 }
        END {
            for (n = 2; n <= NR; n++) {
                split(agents[n], f, ",")
                rep(f[1], "manager  = \"" slug(f[2]) "\"\nregions  = [\"" f[3] "\"]\n")
            }
        }' > "$ledger/crm.toml"
fi
[ -e "$ledger/mapping.toml" ] || cp "$here/mapping.toml" "$ledger/mapping.toml"

# The data end on 2017-12-31: to the import, that is today.
exec "$crm" --ledger "$ledger" --as-of 2017-12-31 import "$source/sales_pipeline.csv" \
    --mapping "$ledger/mapping.toml" --date "$date"
