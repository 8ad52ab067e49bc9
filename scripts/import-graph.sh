#!/usr/bin/env bash
# Who names whom, read from the sources: modules by their imports and includes, the folders of a module by the types of
# theirs that stand in one another's code.
#
#     scripts/import-graph.sh                 prints the graphs
#     scripts/import-graph.sh --write         puts them into Docs/architecture.md
#     scripts/import-graph.sh --check         fails where that has others, an arrow runs back, a module sees what it is
#                                             not to see, or a file has more than 400 lines
#     scripts/import-graph.sh --why FROM TO   the places that make an arrow: --why Training Networks, --why Training/Run Training/Step
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$root_folder"
export LC_ALL=C
document=Docs/architecture.md
most_lines=400

# Arrows between modules: FROM, TO and the place, by tabs.
module_arrows() {
    grep -rHnE '^ *((@[a-zA-Z_]+|public|package|internal|private|fileprivate) +)*import +((struct|class|enum|func|protocol) +)?[A-Za-z]+|^ *# *include +["<]' \
        Sources --include='*.swift' --include='*.c' --include='*.h' |
        awk '{
            place = $0; sub(/:[^:]*$/, "", place); split(place, part, ":")
            split(part[1], folder, "/"); from = folder[2]
            to = substr($0, length(place) + 2)
            if (sub(/^ *# *include +["<]/, "", to)) { sub(/[">].*/, "", to); sub(/^(\.\.\/)+/, "", to); sub(/(\.h|\/.*)$/, "", to) }
            else { sub(/.*import +((struct|class|enum|func|protocol) +)?/, "", to); sub(/[^A-Za-z].*/, "", to) }
            if (to != from) print from "\t" to "\t" part[1] ":" part[2]
        }' | while IFS=$'\t' read -r from to place; do
        if [ -d "Sources/$to" ]; then printf '%s\t%s\t%s\n' "$from" "$to" "$place"; fi
    done
}

# Arrows between the folders of the module $1, for which its top-level types stand; what is private is its file's.
folder_arrows() {
    local files
    mapfile -t files < <(find "Sources/$1" -name '*.swift' | sort)
    awk -v module="$1" '
        FNR == 1 {
            text = 0
            split(FILENAME, part, "/"); folder = module "/" part[3]
            if (part[3] ~ /\.swift$/) folder = module
        }
        {
            # Neither what strings say nor comments.
            marks = gsub(/"""/, "&")
            if (text) { if (marks % 2) text = 0; next }
            if (marks % 2) { text = 1; sub(/""".*/, "") }
            gsub(/"([^"\\]|\\.)*"/, "")
            sub(/\/\/.*/, "")
            line[++count] = $0; place[count] = FILENAME ":" FNR; file[count] = FILENAME; home[count] = folder
            if (match($0, /(struct|class|enum|protocol|actor|typealias) +[A-Z][A-Za-z0-9_]*/)) {
                name = substr($0, RSTART, RLENGTH); sub(/.* /, "", name)
                own[FILENAME, name] = 1
                # At the margin, or within an #if.
                if ($0 ~ /^(    )?[a-z@]/ && $0 !~ /private/ && (!/^    / || conditional)) owner[name] = folder
            }
            if (/^#if/) conditional = 1
            if (/^#endif/) conditional = 0
        }
        END {
            for (i = 1; i <= count; i++) {
                words = split(line[i], word, /[^A-Za-z0-9_.]+/)
                for (j = 1; j <= words; j++) {
                    split(word[j], part, "."); name = part[1]
                    if (name in owner && owner[name] != home[i] && !((file[i], name) in own))
                        print home[i] "\t" owner[name] "\t" place[i] ": " name
                }
            }
        }' "${files[@]}"
}

# Reads arrows; writes a picture of them, without those that follow from others, and a table in an order in which each
# names only what stands before it. Where there is no such order it says which arrows run in a circle, and fails.
graph() { # graph HEAD VERB NODE…
    awk -F '\t' -v nodes="${*:3}" -v head="$1" -v verb="$2" '
        { arrow[$1, $2] = 1; if (!(($1, $2) in why)) why[$1, $2] = $3 }
        END {
            count = split(nodes, node, " ")
            left = count
            while (left > 0) {
                found = 0
                for (i = 1; i <= count; i++) {
                    if (node[i] in level) continue
                    ready = 1
                    for (j = 1; j <= count; j++) if ((node[i], node[j]) in arrow && !(node[j] in done)) ready = 0
                    if (ready) { level[node[i]] = 1; order[++placed] = node[i]; found++ }
                }
                for (i = 1; i <= placed; i++) done[order[i]] = 1
                left -= found
                if (found == 0) {
                    for (i = 1; i <= count; i++) for (j = 1; j <= count; j++)
                        if ((node[i], node[j]) in arrow && !(node[i] in done) && !(node[j] in done))
                            print "an arrow runs back: " node[i] " -> " node[j] " (" why[node[i], node[j]] ")" >"/dev/stderr"
                    exit 1
                }
            }
            # What is reached from each, lowest first.
            for (i = 1; i <= count; i++) for (j = 1; j < i; j++) if ((order[i], order[j]) in arrow) {
                for (k = 1; k < j; k++) if ((order[j], order[k]) in arrow || (order[j], order[k]) in far) far[order[i], order[k]] = 1
            }
            print "```mermaid\nflowchart TD"
            for (i = count; i >= 1; i--) {
                alone = 1
                for (j = count; j >= 1; j--) {
                    if ((order[j], order[i]) in arrow) alone = 0
                    if (!((order[i], order[j]) in arrow)) continue
                    alone = 0
                    if (!((order[i], order[j]) in far)) print "    " order[i] " --> " order[j]
                }
                if (alone) print "    " order[i]
            }
            print "```\n\n| " head " | " verb " |\n|---|---|"
            for (i = 1; i <= count; i++) {
                list = ""
                for (j = 1; j <= count; j++) if ((order[i], order[j]) in arrow) list = list (list == "" ? "" : ", ") "`" order[j] "`"
                print "| `" order[i] "` | " (list == "" ? "–" : list) " |"
            }
        }'
}

modules() { find Sources -mindepth 1 -maxdepth 1 -type d | sed 's,Sources/,,' | sort; }

# The folders with Swift in them of the module $1; with files beside them the module itself is one.
folders() {
    find "Sources/$1" -name '*.swift' | sed -nE "s,Sources/($1/[^/]*)/.*,\1,p" | sort -u
    if compgen -G "Sources/$1/*.swift" >/dev/null; then echo "$1"; fi
}

graphs() {
    local module within
    echo "### Modules"
    echo
    # shellcheck disable=SC2046 # names without spaces
    module_arrows | graph module imports $(modules) || return 1
    for module in $(modules); do
        within=$(folders "$module")
        if [ "$(wc -l <<<"$within")" -lt 2 ]; then continue; fi
        echo
        echo "### Within \`$module\`"
        echo
        # shellcheck disable=SC2086 # names without spaces
        folder_arrows "$module" | graph folder names $within || return 1
    done
}

# What the order alone would let pass: forbid WHO WHOM: for patterns of modules, through others as well.
forbid() {
    module_arrows | awk -F '\t' -v who="^($1)$" -v whom="^($2)$" '
        { arrow[$1, $2] = $3; node[$1]; node[$2] }
        END {
            do {
                more = 0
                for (pair in arrow) {
                    split(pair, end, SUBSEP)
                    for (next_one in node) if ((end[2], next_one) in arrow && !((end[1], next_one) in arrow)) {
                        arrow[end[1], next_one] = arrow[pair]; more = 1
                    }
                }
            } while (more)
            for (pair in arrow) {
                split(pair, end, SUBSEP)
                if (end[1] ~ who && end[2] ~ whom) { print end[1] " is not to see " end[2] " (" arrow[pair] ")"; bad = 1 }
            }
            exit bad
        }' >&2
}

check() {
    local status=0 file lines name
    if ! diff -u <(sed -n '/^<!-- from here/,/^<!-- to here/p' "$document" | sed '1d;$d') <(echo && graphs && echo) >&2; then
        echo "$document has other graphs than the sources; scripts/import-graph.sh --write" >&2
        status=1
    fi
    if ! graphs >/dev/null 2>&1; then status=1; fi
    forbid 'Networks|Kernels|RandomNumbers|Storage|Datasets|Reporting' 'C?MPI|CMPICH' || status=1
    forbid 'Reporting' 'Training|Networks|Datasets|Cluster' || status=1
    # Only its Swift face sees the C of MPI.
    module_arrows | awk -F '\t' '$2 ~ /^(CMPI|CMPICH)$/ && $1 !~ /^(MPI|CMPICH)$/ { print $1 " is not to see " $2 " (" $3 ")"; bad = 1 } END { exit bad }' >&2 || status=1
    while read -r lines file; do
        if [ "$lines" -gt "$most_lines" ]; then
            echo "$file has $lines lines, more than $most_lines" >&2
            status=1
        fi
    done < <(find Sources -type f -exec wc -l {} \;)
    # The names in the walks are the sources'.
    while read -r name; do
        if ! grep -rqE "(struct|class|enum|protocol|actor|func|typealias|case) +$name\b" Sources; then
            echo "$document names $name, which is not in the sources" >&2
            status=1
        fi
    done < <(awk -F '`' '
        /^<!-- from here/ { exit }
        { for (i = 2; i <= NF; i += 2) if ($i ~ /^[A-Z][A-Za-z]*(\.[a-z][A-Za-z]*)?$/) { sub(/\./, "\n", $i); print $i } }
    ' "$document" | sort -u | grep -vxF "$(modules)")
    return "$status"
}

# The places that make the arrow from $1 to $2.
why() {
    local module
    { module_arrows; for module in $(modules); do folder_arrows "$module"; done; } |
        awk -F '\t' -v from="$1" -v to="$2" '$1 == from && $2 == to { print $3 }'
}

write() {
    local text
    text=$(graphs)
    awk -v text="$text" '/^<!-- to here/ { print "\n" text "\n"; inside = 0 } !inside { print } /^<!-- from here/ { inside = 1 }' \
        "$document" >"$document.new"
    mv "$document.new" "$document"
}

case ${1:-} in
"") graphs ;;
--write) write ;;
--check) check ;;
--why)
    if [ $# != 3 ]; then sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 64; fi
    why "$2" "$3"
    ;;
*)
    sed -n '2,10s/^# \{0,1\}//p' "$0" >&2
    exit 64
    ;;
esac
