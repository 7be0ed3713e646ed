//go:build !race

package kiosk

const raced = false
