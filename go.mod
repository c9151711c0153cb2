module github.com/naru-log/naru

go 1.26
