package kinesiscodec_test

import "testing"

func benchmarkDecode(b *testing.B, name string, in any, records int) {
	p := pairOf(name)
	body := p.encode(b, in)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		_, release, ok := p.fast.Decode(body)
		if !ok {
			b.Fatal("declined")
		}
		release()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(records), "ns/record")
}

func benchmarkAppend(b *testing.B, name string, out any, records int) {
	p := pairOf(name)
	dst := make([]byte, 0, p.fast.Size(out))
	b.ReportAllocs()
	for b.Loop() {
		got, ok := p.fast.Append(dst, out)
		if !ok {
			b.Fatal("declined")
		}
		b.SetBytes(int64(len(got)))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(records), "ns/record")
}

func BenchmarkDecode(b *testing.B) {
	b.Run("PutRecords500/JSON", func(b *testing.B) { benchmarkDecode(b, "PutRecords/JSON", putRecordsInput(500, 1024), 500) })
	b.Run("PutRecords500/CBOR", func(b *testing.B) { benchmarkDecode(b, "PutRecords/CBOR", putRecordsInput(500, 1024), 500) })
	b.Run("PutRecords1/JSON", func(b *testing.B) { benchmarkDecode(b, "PutRecords/JSON", putRecordsInput(1, 1024), 1) })
}

func BenchmarkAppend(b *testing.B) {
	b.Run("PutRecords500/JSON", func(b *testing.B) { benchmarkAppend(b, "PutRecords/JSON", putRecordsOutput(500), 500) })
	b.Run("PutRecords500/CBOR", func(b *testing.B) { benchmarkAppend(b, "PutRecords/CBOR", putRecordsOutput(500), 500) })
	b.Run("GetRecords1000/JSON", func(b *testing.B) { benchmarkAppend(b, "GetRecords/JSON", getRecordsOutput(1000, 1024), 1000) })
	b.Run("GetRecords1000/CBOR", func(b *testing.B) { benchmarkAppend(b, "GetRecords/CBOR", getRecordsOutput(1000, 1024), 1000) })
}
