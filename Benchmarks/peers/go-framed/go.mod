module sockeye.example/benchmarks/framed

go 1.19
