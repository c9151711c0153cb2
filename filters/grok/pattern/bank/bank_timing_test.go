package bank

import "testing"

func BenchmarkECS(b *testing.B) {
	for b.Loop() {
		ECS()
	}
}

func BenchmarkLegacy(b *testing.B) {
	for b.Loop() {
		Legacy()
	}
}
