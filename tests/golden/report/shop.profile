mode: count
src/price.rs:3.1,4.31 1 7
src/price.rs:5.18,5.27 0 4
src/price.rs:5.5,7.6 1 5
src/price.rs:5.28,7.6 1 3
src/price.rs:8.5,8.15 1 2
src/price.rs:11.1,19.6 1 7
src/price.rs:13.14,13.18 1 2
src/price.rs:14.18,14.33 1 5
src/price.rs:15.14,18.10 1 0
src/price.rs:22.1,23.23 1 0
src/stock/größe &<]]>.rs:1.1,4.7 1 3
src/stock/größe &<]]>.rs:2.36,4.6 1 1
src/stock/größe &<]]>.rs:5.5,6.39 1 2
src/stock/größe &<]]>.rs:6.24,6.39 1 4294967295
src/stock/größe &<]]>.rs:7.5,7.45 1 2
src/stock/größe &<]]>.rs:7.26,7.31 1 0
