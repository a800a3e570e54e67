package main

import "github.com/freshet/freshet/internal/gen/reference"

// service is a service that code is generated for.
type service struct {
	// pkg is the package below internal/awsapi and the name of the model's file.
	pkg string
	// folder is the model's folder in botocore.
	folder string
	// page is the page of the documents that says what each operation does.
	page reference.Page
	// enums tells the order in which AWS prints an enumeration's values, where it
	// is known and is not the model's.
	enums map[string][]string
}

var services = []service{
	{
		pkg:    "kinesis",
		folder: "kinesis/2013-12-02",
		page: reference.Page{
			File: "docs/reference/operations.md", Title: "Data Streams", Package: "kinesis",
			Room: "internal/streams", Routes: "internal/server/route_kinesis.go",
			Codecs: "Tests run in JSON and in CBOR, but for those that are about one of them.",
			Shared: true,
		},
		enums: map[string][]string{
			// Printed so by Kinesis to kinesalite's tests of getShardIterator.
			"ShardIteratorType": {"AFTER_SEQUENCE_NUMBER", "LATEST", "AT_TIMESTAMP", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON"},
		},
	},
	{
		pkg:    "sts",
		folder: "sts/2011-06-15",
		page: reference.Page{
			File: "docs/reference/operations-sts.md", Title: "the Security Token Service", Package: "sts",
			Room: "internal/identity", Routes: "internal/server/route_sts.go",
		},
	},
}
