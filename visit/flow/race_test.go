//go:build race

package flow

const defaultModels = 20_000
