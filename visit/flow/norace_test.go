//go:build !race

package flow

const defaultModels = 0
