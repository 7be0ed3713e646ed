package update

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// fetchLimit is how long a download may take.
const fetchLimit = 15 * time.Minute

// latestName is the file in a folder of the web that names the newest package: there is
// no list to look into. It is not signed: whoever changes it can hide a new version, and
// bring in none.
const latestName = "latest-" + platform + ".txt"

// Offer is a package that can be had. Nothing of it is checked yet.
type Offer struct {
	Version string
	open    func(ctx context.Context, name string) (io.ReadCloser, error)
}

// Open opens the archive.
func (o Offer) Open(ctx context.Context) (io.ReadCloser, error) {
	return o.open(ctx, FileName(o.Version))
}

// Signature reads the signature of the archive.
func (o Offer) Signature(ctx context.Context) ([]byte, error) {
	return readAll(ctx, o.open, FileName(o.Version)+signatureSuffix, maxSignature)
}

// Find looks for the newest package in a folder, which may be on a USB stick, or at an
// https address. client is for the latter; nil: the standard one.
func Find(ctx context.Context, source string, client *http.Client) (Offer, error) {
	if strings.HasPrefix(source, "https://") {
		return findInWeb(ctx, source, client)
	}
	if strings.Contains(source, "://") {
		return Offer{}, errors.New("a source of updates is a folder or an https:// address")
	}
	entries, err := os.ReadDir(source)
	if err != nil {
		return Offer{}, fmt.Errorf("look for updates: %w", err)
	}
	o := Offer{open: func(_ context.Context, name string) (io.ReadCloser, error) {
		path := filepath.Join(source, name)
		if err := plain(path); err != nil {
			return nil, err
		}
		return os.Open(path)
	}}
	for _, e := range entries {
		v, ok := versionIn(e.Name())
		if ok && (o.Version == "" || Newer(v, o.Version)) && plain(filepath.Join(source, e.Name())) == nil {
			o.Version = v
		}
	}
	if o.Version == "" {
		return o, fmt.Errorf("%w in %s", ErrNothing, source)
	}
	return o, nil
}

// plain returns why there is no file that can be read to an end: whoever opens a pipe on a
// stick waits for what never comes, and keeps every other update away.
func plain(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%w: %s is no file", ErrPackage, path)
	}
	return err
}

// Named is a source as people may read it: an address can have a password, or a key behind
// a question mark.
func Named(source string) string {
	if !strings.HasPrefix(source, "https://") {
		return source
	}
	u, err := url.Parse(source)
	if err != nil {
		return "https://..."
	}
	if u.RawQuery != "" {
		u.RawQuery = "..."
	}
	return u.Redacted()
}

// errAddress says nothing of the address: what cannot be read of it may be a password.
var errAddress = errors.New("the address of updates cannot be read: in a password %, #, / and the like are written as %25, %23, %2F")

func findInWeb(ctx context.Context, source string, client *http.Client) (Offer, error) {
	own := http.Client{Timeout: fetchLimit}
	if client != nil {
		own = *client
	}
	own.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if r.URL.Scheme != "https" || len(via) > 5 {
			return errors.New("it leads away from https, or in a circle")
		}
		return nil
	}
	open := func(ctx context.Context, name string) (io.ReadCloser, error) {
		address, err := url.JoinPath(source, name)
		if err != nil {
			return nil, errAddress
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
		if err != nil {
			return nil, errAddress
		}
		resp, err := own.Do(r)
		if err != nil {
			if at := (*url.Error)(nil); errors.As(err, &at) { // it has the whole address
				err = at.Err
			}
			return nil, fmt.Errorf("fetch an update from %s: %w", Named(address), err)
		}
		if resp.StatusCode != http.StatusOK {
			_ = resp.Body.Close()
			return nil, fmt.Errorf("fetch an update: %s answers %s", Named(address), resp.Status)
		}
		return resp.Body, nil
	}
	name, err := readAll(ctx, open, latestName, maxManifest)
	if err != nil {
		return Offer{}, err
	}
	v := strings.TrimSpace(string(name))
	if !validVersion(v) {
		return Offer{}, fmt.Errorf("%w at %s", ErrNothing, Named(source))
	}
	return Offer{v, open}, nil
}

func readAll(ctx context.Context, open func(context.Context, string) (io.ReadCloser, error), name string, limit int64) ([]byte, error) {
	f, err := open(ctx, name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%w: %s is too long", ErrPackage, name)
	}
	return data, nil
}
