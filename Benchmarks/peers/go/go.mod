module sockeye.example/benchmarks/echo

go 1.19
