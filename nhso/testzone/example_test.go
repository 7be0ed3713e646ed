package testzone_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"authenkiosk/nhso/testzone"
	"authenkiosk/visit"
)

// The test zone is an http.Handler with made-up people. Here the line breaks after a
// request was processed: the client has no answer, and the code exists. So NHSO must
// be asked before anything is sent again.
func Example() {
	now := time.Date(2026, time.November, 22, 9, 0, 0, 0, visit.Bangkok)
	zone, err := testzone.New(testzone.Options{Now: func() time.Time { return now }})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(zone)
	defer server.Close()

	pid := testzone.PID(testzone.Adult).Digits()
	submit := func() {
		body := `{"sourceId":"KIOSK","transId":"1","hcode":"99999","serviceCode":"PG0060001","pid":"` + pid + `","phone":["0800000000"]}`
		r, err := http.NewRequest(http.MethodPost, server.URL+testzone.SubmitPath, strings.NewReader(body))
		if err != nil {
			fmt.Println(err)
			return
		}
		r.Header.Set("Authorization", "Bearer "+testzone.DefaultToken)
		codes := func() (n int) {
			for _, c := range zone.Codes() {
				if c.PID == pid {
					n++
				}
			}
			return n
		}
		answer, err := server.Client().Do(r)
		if err != nil {
			fmt.Println("no answer; codes of this person:", codes())
			return
		}
		_ = answer.Body.Close()
		fmt.Println(answer.Status+"; codes of this person:", codes())
	}

	if err := zone.SetFault(testzone.Fault{Path: testzone.SubmitPath, Kind: testzone.FaultCut, Count: 1}); err != nil {
		fmt.Println(err)
		return
	}
	submit()
	submit()
	// Output:
	// no answer; codes of this person: 1
	// 400 Bad Request; codes of this person: 1
}
