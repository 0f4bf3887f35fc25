module example.org/quirks

go 1.21
