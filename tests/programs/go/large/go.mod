module livecov.example/large

go 1.27
