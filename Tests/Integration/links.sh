#!/usr/bin/env bash
# Measures training on two virtual hosts over links of several rates (tc tbf), and demands that the model which is fitted
# to the other rates predicts the middle one; where the model refuses to, for what the points cannot tell, that is said, and nothing was tested.
#
#   Tests/Integration/links.sh [RUN-FOLDER [RATE…]]     rates in Mbit/s [50 100 200]
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=virtual-hosts.sh
. "$(dirname "$0")/virtual-hosts.sh"
find_program
command -v tc >/dev/null || skip "the command tc is missing (package iproute2)"
enter_namespaces "$@"
run=${1:-$work/run}
shift $(($# > 0 ? 1 : 0))
rates=("$@")
if [ ${#rates[@]} = 0 ]; then rates=(50 100 200); fi
limit_percent=25
make_hosts 2

printf 'node1 slots=1\nnode2 slots=1\n' >"$work/hostfile"
export OMPI_MCA_plm_rsh_agent=$work/agent OMPI_MCA_plm_rsh_no_tree_spawn=1
export OMPI_MCA_btl=tcp,self,vader OMPI_MCA_btl_tcp_if_include=$network.0/24 OMPI_MCA_oob_tcp_if_include=$network.0/24
# Two ranks that poll would keep the cores from the kernel's TCP, which both hosts share here.
export OMPI_MCA_mpi_yield_when_idle=1

for rate in "${rates[@]}"; do
    for host in 1 2; do
        on_host $host tc qdisc replace dev eth0 root tbf rate "${rate}mbit" burst 16kb latency 100ms 2>/dev/null ||
            skip "this kernel has no token bucket filter (sch_tbf)"
    done
    echo "== $rate Mbit/s"
    on_host 1 "$program" scaling --kind strong --ranks 1,2 --threads 1 --hosts "$work/hostfile" --cores-per-node 1 \
        --repeats 3 --epochs 4 --train-limit 12000 --test-limit 1000 --link-rate "${rate}e6" --run "$run"
done

# From model.json: the layouts at the middle rate, predicted without any point at it.
middle=$(printf '%s\n' "${rates[@]}" | sort -n | sed -n "$(((${#rates[@]} + 1) / 2))p")
sed -n '/"leave_one_link_rate_out"/,$p' "$run/model.json" | tr -d '\n' |
    sed 's/^[^[]*\[\([^]]*\)\].*/\1/' | tr '}' '\n' |
    awk -v rate="${middle}000000" -v limit=$limit_percent '
        function field(name) {
            if (!match($0, "\"" name "\" *: *(\"[^\"]*\"|[^,]*)")) return ""
            value = substr($0, RSTART, RLENGTH)
            sub(/^"[^"]*" *: */, "", value)
            gsub(/"/, "", value)
            return value
        }
        field("link_rate") + 0 == rate + 0 && field("predicted_seconds") == "" {
            printf "%s Mbit/s, %s: not predicted: %s\n", rate / 1e6, field("layout"), field("why")
            refused++
        }
        field("link_rate") + 0 == rate + 0 && field("predicted_seconds") != "" {
            error = 100 * field("error")
            printf "%s Mbit/s, %s: measured %.2f ms a step, predicted from the other rates %.2f ms, error %.1f %%\n",
                rate / 1e6, field("layout"), 1e3 * field("measured_seconds"), 1e3 * field("predicted_seconds"), error
            found++
            if (error < -limit || error > limit) failed++
        }
        END {
            if (!found && !refused) print "FAILED: the middle rate is not in model.json"
            else if (failed) print "FAILED: an error of more than " limit " %"
            else print found ? "passed" : "SKIPPED: the model refuses the prediction"
            exit (!found && !refused) || failed
        }'
