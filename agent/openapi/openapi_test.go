package openapi_test

import (
	"context"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"authenkiosk/agent/openapi"
	"authenkiosk/agent/secureagent"
)

func TestTheDescriptionIsValidOpenAPI(t *testing.T) {
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = false
	doc, err := loader.LoadFromData(openapi.Description())
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background(), openapi3.EnableExamplesValidation()); err != nil {
		t.Fatal(err)
	}
	if n := doc.Paths.Len(); n < 18 {
		t.Errorf("only %d paths", n)
	}
	for path, item := range doc.Paths.Map() {
		for method, o := range item.Operations() {
			scope, _ := o.Extensions["x-scope"].(string)
			if o.OperationID == "" || o.Security == nil || (len(*o.Security) > 0) != (scope != "") {
				t.Errorf("%s %s: id %q, scope %q", method, path, o.OperationID, scope)
			}
		}
	}
}

func TestThePathsOfNHSOsAgentAreDescribed(t *testing.T) {
	operations, err := openapi.Operations()
	if err != nil {
		t.Fatal(err)
	}
	described := map[string]bool{}
	for _, o := range operations {
		described[o.Path] = true
	}
	for _, path := range []string{
		secureagent.TerminalsPath, secureagent.ReadPath, secureagent.ReadCardPath, secureagent.ProbePath, secureagent.ConfirmPath,
		secureagent.DraftPath, secureagent.LatestPath, secureagent.Latest5Path, secureagent.PreferencePath, secureagent.DoubledPath,
	} {
		if strings.HasSuffix(path, "/") {
			path += "{pid}"
		}
		if !described[path] {
			t.Errorf("%s is not described", path)
		}
	}
}

func TestThePageNamesTheZone(t *testing.T) {
	page, err := openapi.Page("ZONE & <name>", "demo")
	if err != nil || len(page) < 5000 {
		t.Errorf("%v, %d bytes", err, len(page))
	}
}
