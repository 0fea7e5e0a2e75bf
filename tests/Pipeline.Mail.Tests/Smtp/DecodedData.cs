using System.Buffers;
using Pipeline.Mail.Smtp;

namespace Pipeline.Mail.Tests.Smtp;

/// <summary>Feeds a decoder piece by piece through a small destination and collects what came out.</summary>
internal sealed record DecodedData(bool Ended, byte[] Content, int Consumed, DataDefects Defects, long LongestLine)
{
    public static DecodedData OfDot(BareLineEndPolicy policy, int destinationSize, params byte[][] pieces) =>
        OfDot(new DotDataDecoder(policy), finish: false, destinationSize, pieces);

    /// <param name="finish">The input is over when the pieces are.</param>
    public static DecodedData OfDot(DotDataDecoder decoder, bool finish, int destinationSize, params byte[][] pieces)
    {
        var content = new ArrayBufferWriter<byte>();
        byte[] destination = new byte[destinationSize];
        int total = 0;
        foreach (byte[] piece in pieces)
        {
            int offset = 0;
            OperationStatus status;
            do
            {
                status = decoder.Decode(piece.AsSpan(offset), destination, out int consumed, out int written);
                content.Write(destination.AsSpan(0, written));
                offset += consumed;
                total += consumed;
                Assert.True(status != OperationStatus.DestinationTooSmall || consumed + written > 0, "no progress");
            }
            while (status == OperationStatus.DestinationTooSmall);

            if (status == OperationStatus.Done)
            {
                return new DecodedData(true, content.WrittenSpan.ToArray(), total, decoder.Defects, decoder.LongestLine);
            }

            Assert.Equal(piece.Length, offset);
        }

        int last = finish ? decoder.Finish(destination) : 0;
        return new DecodedData(false, [.. content.WrittenSpan, .. destination.AsSpan(0, last)], total, decoder.Defects, decoder.LongestLine);
    }

    public static DecodedData OfChunks(BareLineEndPolicy policy, bool binary, int destinationSize, params byte[][] pieces)
    {
        var decoder = new ChunkDataDecoder(policy, binary);
        var content = new ArrayBufferWriter<byte>();
        byte[] destination = new byte[destinationSize];
        int total = 0;
        foreach (byte[] piece in pieces)
        {
            int offset = 0;
            OperationStatus status;
            do
            {
                status = decoder.Decode(piece.AsSpan(offset), destination, out int consumed, out int written);
                content.Write(destination.AsSpan(0, written));
                offset += consumed;
                total += consumed;
                Assert.True(status != OperationStatus.DestinationTooSmall || consumed + written > 0, "no progress");
            }
            while (status == OperationStatus.DestinationTooSmall);

            Assert.Equal(OperationStatus.NeedMoreData, status);
        }

        int last = decoder.Finish(destination);
        content.Write(destination.AsSpan(0, last));
        return new DecodedData(true, content.WrittenSpan.ToArray(), total, decoder.Defects, decoder.LongestLine);
    }

    public void AssertSame(DecodedData other, string context)
    {
        Assert.True(Ended == other.Ended, context);
        Assert.True(Content.AsSpan().SequenceEqual(other.Content), context);
        Assert.True(Consumed == other.Consumed && Defects == other.Defects && LongestLine == other.LongestLine, context);
    }
}
