// A program that ends by itself.
process.exitCode = 0
