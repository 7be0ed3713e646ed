package cardreader_test

import (
	"context"
	"fmt"

	"authenkiosk/cardreader"
	"authenkiosk/cardreader/virtualcard"
)

// A program takes pcsc.New() in place of the made-up service.
func Example() {
	service := virtualcard.NewService("Virtual A")
	card, err := virtualcard.New(virtualcard.Adult())
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := service.Insert("Virtual A", card); err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	monitor := cardreader.New(cardreader.Options{Service: service})
	go monitor.Run(ctx)
	for event := range monitor.Events() {
		in, ok := event.(cardreader.Inserted)
		if !ok {
			continue
		}
		doc, err := monitor.Read(ctx, in, cardreader.Receiver{
			Identity: func(id cardreader.Identity) { fmt.Println("welcome,", id.Name.Short()) },
		})
		fmt.Println(doc.Identity.PID, cardreader.ProblemOf(err))
		cancel() // and Events is closed
	}
	// Output:
	// welcome, นายทดสอบ ร.
	// x-xxxx-xxxxx-00-4 none
}
