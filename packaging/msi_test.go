package packaging

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// described is what documents.sh prints.
type described struct {
	Refs []struct {
		To          string `xml:"Id,attr"`
		Directories []struct {
			ID         string `xml:"Id,attr"`
			Name       string `xml:",attr"`
			Components []struct {
				ID    string `xml:"Id,attr"`
				GUID  string `xml:"Guid,attr"`
				Win64 string `xml:",attr"`
				Files []struct {
					ID      string `xml:"Id,attr"`
					Source  string `xml:",attr"`
					KeyPath string `xml:",attr"`
				} `xml:"File"`
			} `xml:"Component"`
		} `xml:"Directory"`
	} `xml:"Fragment>DirectoryRef"`
	Group struct {
		ID         string `xml:"Id,attr"`
		Components []struct {
			ID string `xml:"Id,attr"`
		} `xml:"ComponentRef"`
	} `xml:"Fragment>ComponentGroup"`
}

func TestTheInstallerForWindowsHasEveryDocumentOnceWhereItLies(t *testing.T) {
	dir := t.TempDir()
	var want []string
	for _, name := range []string{"agent.md", "install-windows.md", "manual/index.html", "manual/en/it.html", "manual/th/it.html", "manual/pictures/phone-typing-th.png"} {
		path := filepath.Join(dir, "docs", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		want = append(want, "docs/"+name)
	}
	describe := func() string {
		t.Helper()
		text, err := exec.Command("sh", "windows/documents.sh", dir).Output()
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	text := describe()
	var got described
	if err := xml.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	places := map[string]string{"INSTALLDIR": "."}
	ids, guids := map[string]bool{}, map[string]bool{}
	unique := func(kind, id string) {
		t.Helper()
		if !regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]{0,71}$`).MatchString(id) || ids[kind+id] {
			t.Errorf("%s %q is no name of Windows Installer, or is there twice", kind, id)
		}
		ids[kind+id] = true
	}
	var files, components, grouped []string
	for _, ref := range got.Refs {
		for _, d := range ref.Directories {
			unique("directory", d.ID)
			if places[ref.To] == "" {
				t.Errorf("%s lies in %s, which nothing has named before", d.ID, ref.To)
			}
			places[d.ID] = places[ref.To] + "/" + d.Name
			for _, c := range d.Components {
				unique("component", c.ID)
				components = append(components, c.ID)
				if !regexp.MustCompile(`^[0-9A-F]{8}-[0-9A-F]{4}-5[0-9A-F]{3}-8[0-9A-F]{3}-[0-9A-F]{12}$`).MatchString(c.GUID) || guids[c.GUID] || c.Win64 != "yes" {
					t.Errorf("the component %s has the code %q", c.ID, c.GUID)
				}
				guids[c.GUID] = true
				keys := 0
				for _, f := range c.Files {
					unique("file", f.ID)
					files = append(files, f.Source)
					if f.KeyPath == "yes" {
						keys++
					}
					if "./"+filepath.ToSlash(filepath.Dir(f.Source)) != places[d.ID] {
						t.Errorf("%s comes into %s", f.Source, places[d.ID])
					}
				}
				if keys != 1 {
					t.Errorf("the component %s has %d key files", c.ID, keys)
				}
			}
		}
	}
	for _, c := range got.Group.Components {
		grouped = append(grouped, c.ID)
	}
	slices.Sort(want)
	slices.Sort(files)
	slices.Sort(components)
	slices.Sort(grouped)
	if !slices.Equal(files, want) || !slices.Equal(components, grouped) {
		t.Errorf("it has %q of %q, and installs %q of %q", files, want, grouped, components)
	}
	if again := describe(); again != text {
		t.Errorf("the second time it is %s", again)
	}
	if !strings.Contains(read(t, "packaging/windows/authenkiosk.wxs"), `<ComponentGroupRef Id="`+got.Group.ID+`"/>`) {
		t.Errorf("the installer does not install %s", got.Group.ID)
	}
}

// TestTheInstallerForWindowsHasTheDocumentsThatTheDEBHas is why links of the manual lead
// somewhere on both (packaging/site tests where they lead).
func TestTheInstallerForWindowsHasTheDocumentsThatTheDEBHas(t *testing.T) {
	script := read(t, "packaging/windows/msi.sh")
	for deb, msi := range map[string]string{
		"src: docs/*.md, dst: /usr/share/doc/authenkiosk/":                                  "cp docs/*.md \"$stage/docs/\"\n",
		"src: out/packages/made/manual, dst: /usr/share/doc/authenkiosk/manual, type: tree": "go run ./packaging/site docs \"$stage/docs/manual\"\n",
	} {
		for _, description := range descriptions(t) {
			if !strings.Contains(read(t, description), deb) {
				t.Errorf("%s has no longer: %s", description, deb)
			}
		}
		if !strings.Contains(script, msi) {
			t.Errorf("msi.sh has no longer: %s", msi)
		}
	}
	const place = `C:\Program Files\AuthenKiosk\docs\manual\index.html`
	for _, document := range []string{"docs/install-windows.md", "docs/manual/en/windows.md", "docs/manual/th/windows.md"} {
		if !strings.Contains(read(t, document), "`"+place+"`") {
			t.Errorf("%s does not say where the manual lies", document)
		}
	}
}

// TestTheInstallerHandsInItsPropertiesAsTheProgramReadsThem holds the one against the other.
func TestTheInstallerHandsInItsPropertiesAsTheProgramReadsThem(t *testing.T) {
	taken := regexp.MustCompile(`const ofInstaller = "(.*)"`).FindStringSubmatch(read(t, "cmd/authenagent/face_windows.go"))
	written := regexp.MustCompile(`(?s)Id="Set".*?ExeCommand="([^"]*)"`).FindStringSubmatch(read(t, "packaging/windows/authenkiosk.wxs"))
	if taken == nil || written == nil || written[1] != "face installer |"+taken[1] {
		t.Fatalf("it hands in %q, and %q is read", written, taken)
	}
	for _, property := range strings.Split(taken[1], "|") {
		if !strings.Contains(read(t, "packaging/windows/msi.sh"), ";"+strings.Trim(property, "[]")) {
			t.Errorf("%s does not hold when a person is asked for the right", property)
		}
	}
}
