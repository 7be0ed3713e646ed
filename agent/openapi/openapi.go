// Package openapi holds the description of the agent's paths, and draws it as a
// page. A test compares it with the paths that are served, both ways.
package openapi

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"sync"
)

//go:embed openapi.json
var description []byte

//go:embed page.html
var pageText string

// Description returns the description, OpenAPI 3.0 in JSON. The caller must not
// change it.
func Description() []byte { return description }

// Operation is one method of one path.
type Operation struct {
	Method, Path string

	ID          string               `json:"operationId"`
	Tags        []string             `json:"tags"`
	Summary     string               `json:"summary"`
	Description string               `json:"description"`
	Scope       string               `json:"x-scope"` // empty: no token
	Parameters  []parameter          `json:"parameters"`
	Responses   map[string]reference `json:"responses"`
}

type parameter struct {
	Name        string `json:"name"`
	In          string `json:"in"`
	Description string `json:"description"`
}

type reference struct {
	Ref         string `json:"$ref"`
	Description string `json:"description"`
}

// schema is as much of one as the page shows.
type schema struct {
	Ref         string            `json:"$ref"`
	Type        string            `json:"type"`
	Description string            `json:"description"`
	Properties  map[string]schema `json:"properties"`
	Items       *schema           `json:"items"`
	Required    []string          `json:"required"`
}

type document struct {
	Info struct {
		Title       string `json:"title"`
		Description string `json:"description"`
	} `json:"info"`
	Tags []struct {
		Name        string `json:"name"`
		Description string `json:"description"`
	} `json:"tags"`
	Paths      map[string]map[string]Operation `json:"paths"`
	Components struct {
		Responses map[string]reference `json:"responses"`
		Schemas   map[string]schema    `json:"schemas"`
	} `json:"components"`
}

var parsed = sync.OnceValues(func() (document, error) {
	var d document
	if err := json.Unmarshal(description, &d); err != nil {
		return d, fmt.Errorf("read the embedded description: %w", err)
	}
	return d, nil
})

// Operations returns all operations by path and method.
func Operations() ([]Operation, error) {
	d, err := parsed()
	if err != nil {
		return nil, err
	}
	return d.operations(), nil
}

func (d document) operations() []Operation {
	var list []Operation
	for path, methods := range d.Paths {
		for method, op := range methods {
			op.Method, op.Path = strings.ToUpper(method), path
			list = append(list, op)
		}
	}
	slices.SortFunc(list, func(a, b Operation) int {
		return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method)
	})
	return list
}

var page = template.Must(template.New("page").Parse(pageText))

// The page's own view of the description.
type (
	pageView struct {
		Title, Description, Zone, ZoneClass string
		Groups                              []group
		Schemas                             []schemaView
	}
	group struct {
		Name, Description string
		Operations        []operationView
	}
	operationView struct {
		Operation
		Answers []answerView
	}
	answerView struct{ Status, Description string }
	schemaView struct {
		Name, Description string
		Fields            []fieldView
	}
	fieldView struct {
		Name, Type, Description string
		Required                bool
	}
)

// Page draws the description for people, with the zone in loud letters.
// zoneClass is demo, test or production.
func Page(zone, zoneClass string) ([]byte, error) {
	d, err := parsed()
	if err != nil {
		return nil, err
	}
	v := pageView{Title: d.Info.Title, Description: d.Info.Description, Zone: zone, ZoneClass: zoneClass}
	for _, tag := range d.Tags {
		g := group{Name: tag.Name, Description: tag.Description}
		for _, op := range d.operations() {
			if slices.Contains(op.Tags, tag.Name) {
				g.Operations = append(g.Operations, operationView{op, d.answers(op)})
			}
		}
		v.Groups = append(v.Groups, g)
	}
	v.Schemas = d.schemas()
	var b bytes.Buffer
	if err := page.Execute(&b, v); err != nil {
		return nil, fmt.Errorf("draw the page of the description: %w", err)
	}
	return b.Bytes(), nil
}

func (d document) answers(op Operation) []answerView {
	var list []answerView
	for status, r := range op.Responses {
		if name, ok := strings.CutPrefix(r.Ref, "#/components/responses/"); ok {
			r = d.Components.Responses[name]
		}
		list = append(list, answerView{status, r.Description})
	}
	slices.SortFunc(list, func(a, b answerView) int { return strings.Compare(a.Status, b.Status) })
	return list
}

func (d document) schemas() []schemaView {
	var list []schemaView
	for name, s := range d.Components.Schemas {
		v := schemaView{Name: name, Description: s.Description}
		for field, of := range s.Properties {
			v.Fields = append(v.Fields, fieldView{field, of.kind(), of.Description, slices.Contains(s.Required, field)})
		}
		slices.SortFunc(v.Fields, func(a, b fieldView) int { return strings.Compare(a.Name, b.Name) })
		list = append(list, v)
	}
	slices.SortFunc(list, func(a, b schemaView) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// kind names the type of a field as people read it.
func (s schema) kind() string {
	switch {
	case s.Ref != "":
		return strings.TrimPrefix(s.Ref, "#/components/schemas/")
	case s.Items != nil:
		return "list of " + s.Items.kind()
	}
	return s.Type
}
