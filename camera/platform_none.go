//go:build !(linux && (amd64 || arm64)) && !((windows || darwin) && cgo)

package camera

func v4l2Connector(string, wanted) (connector, error) { return nil, ErrNoDriver }

func platformConnector(string, wanted) (connector, error) { return nil, ErrNoDriver }

func listCameras() ([]Found, error) { return nil, ErrNoDriver }
