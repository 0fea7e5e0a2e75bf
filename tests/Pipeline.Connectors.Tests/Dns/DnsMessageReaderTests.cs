using System.Net;
using Pipeline.Connectors.Dns;
using Pipeline.Mail.Dns;
using Pipeline.Tests.Support.Dns;

namespace Pipeline.Connectors.Tests.Dns;

public sealed class DnsMessageReaderTests
{
    private static readonly DnsQuestion Question = new("example.com", DnsRecordType.Mx);

    [Fact]
    public void Query_is_recursive_asks_for_ad_and_offers_edns()
    {
        var query = Query(Question);

        Assert.Equal("example.com", query.Name);
        Assert.Equal(15, query.Type);
        Assert.True(query.Edns);
        Assert.True(query.WantsAuthenticData);
        Assert.Equal(0x01, query.Bytes[2]);
        Assert.Equal<byte>([0, 0, 41, 0x04, 0xD0, 0, 0, 0, 0, 0, 0], query.Bytes[^11..]);
        Assert.Equal(DnsMessageWriter.QuestionLength(Question), query.QuestionLength);
    }

    [Fact]
    public void Query_without_edns_ends_with_the_question()
    {
        Span<byte> buffer = stackalloc byte[DnsMessageWriter.MaxQueryLength];
        var length = DnsMessageWriter.WriteQuery(buffer, 7, Question, edns: false);

        Assert.Equal(12 + 13 + 4, length);
        Assert.Equal(0, buffer[11]);
    }

    [Fact]
    public void Read_every_type_known()
    {
        var message = FakeDnsMessage.ReplyTo(Query(Question))
            .Answer("example.com", 15, 300, FakeDnsMessage.MxData(10, "MX.example.com"))
            .Answer("h.example.com", 1, 301, FakeDnsMessage.AddressData("192.0.2.1"))
            .Answer("h.example.com", 28, 302, FakeDnsMessage.AddressData("2001:db8::1"))
            .Answer("t.example.com", 16, 303, FakeDnsMessage.TextData("v=spf1 ", "-all"))
            .Answer("p.example.com", 12, 304, FakeDnsMessage.Name("host.example.com"))
            .Answer("s.example.com", 33, 305, [0, 1, 0, 2, 0, 25, .. FakeDnsMessage.Name("srv.example.com")])
            .Answer("_25._tcp.h.example.com", 52, 306, [3, 1, 1, 0xAA, 0xBB])
            .Answer("h.example.com", 99, 307, [1, 2, 3])
            .Authority("example.com", 6, 900, FakeDnsMessage.SoaData(60))
            .Authentic()
            .Edns()
            .ToArray();

        var response = DnsMessageReader.Read(message);

        Assert.NotNull(response);
        Assert.True(response.AuthenticData);
        Assert.Equal(60u, response.NegativeTimeToLive);
        Assert.Equal(
            [
                new MailExchangeRecord(10, "mx.example.com"),
                new AddressRecord(IPAddress.Parse("192.0.2.1")),
                new AddressRecord(IPAddress.Parse("2001:db8::1")),
                new NameRecord(DnsRecordType.Ptr, "host.example.com"),
                new ServiceRecord(1, 2, 25, "srv.example.com"),
            ],
            response.Answers.Select(a => a.Data).Where(d => d is not (TextRecord or TlsaRecord)));
        var text = Assert.Single(response.Answers.Select(a => a.Data).OfType<TextRecord>());
        Assert.Equal("v=spf1 -all", text.Text);
        Assert.Equal(2, text.Strings.Length);
        var tlsa = Assert.Single(response.Answers.Select(a => a.Data).OfType<TlsaRecord>());
        Assert.Equal((3, 1, 1), (tlsa.Usage, tlsa.Selector, tlsa.MatchingType));
        Assert.Equal<byte>([0xAA, 0xBB], tlsa.Data.ToArray());
    }

    [Theory]
    [InlineData(1, new byte[] { 1, 2, 3 })]
    [InlineData(28, new byte[] { 1, 2, 3, 4 })]
    [InlineData(15, new byte[] { 0, 1 })]
    [InlineData(15, new byte[] { 0, 1, 1, (byte)'a', 0, 9 })]
    [InlineData(16, new byte[] { 5, 1, 2 })]
    [InlineData(16, new byte[] { })]
    [InlineData(5, new byte[] { })]
    [InlineData(33, new byte[] { 0, 0, 0, 0, 0, 0 })]
    [InlineData(52, new byte[] { 3, 1, 1 })]
    [InlineData(6, new byte[] { 0, 0, 1, 2, 3 })]
    public void Read_record_data_of_wrong_form_is_malformed(int type, byte[] data) =>
        Assert.Null(DnsMessageReader.Read(FakeDnsMessage.ReplyTo(Query(Question)).Answer("example.com", (ushort)type, 300, data).ToArray()));

    [Fact]
    public void Read_any_cut_of_a_message_is_malformed()
    {
        var message = FakeDnsMessage.ReplyTo(Query(Question))
            .Answer("example.com", 15, 300, FakeDnsMessage.MxData(10, "mx.example.com")).Edns().ToArray();

        Assert.NotNull(DnsMessageReader.Read(message));
        for (var length = 0; length < message.Length; length++)
        {
            Assert.Null(DnsMessageReader.Read(message.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Read_time_to_live_with_the_top_bit_counts_as_zero()
    {
        var message = FakeDnsMessage.ReplyTo(Query(Question)).Answer("example.com", 1, 0x80000000, [1, 2, 3, 4]).ToArray();

        Assert.Equal(0u, DnsMessageReader.Read(message)!.Answers[0].TimeToLive);
    }

    [Fact]
    public void Read_upper_bits_of_the_code_and_extended_error_come_from_the_opt_record()
    {
        var response = DnsMessageReader.Read(FakeDnsMessage.ReplyTo(Query(Question)).Edns(upperCode: 1, extendedError: 6).ToArray());

        Assert.Equal(DnsResponseCode.BadVersion, response!.Code);
        Assert.Equal((ushort)6, response.ExtendedError);
    }

    [Fact]
    public void Answers_takes_only_a_response_with_the_same_id_and_question()
    {
        var query = Query(Question);

        Assert.True(Answers(FakeDnsMessage.ReplyTo(query)));
        Assert.True(Answers(FakeDnsMessage.ReplyTo(Query(new DnsQuestion("EXAMPLE.com", DnsRecordType.Mx)))));
        Assert.False(Answers(FakeDnsMessage.ReplyTo(query).Id(8)));
        Assert.False(Answers(FakeDnsMessage.ReplyTo(query).NotAResponse()));
        Assert.False(Answers(FakeDnsMessage.ReplyTo(Query(new DnsQuestion("example.org", DnsRecordType.Mx)))));
        Assert.False(Answers(FakeDnsMessage.ReplyTo(Query(new DnsQuestion("example.com", DnsRecordType.A)))));
        Assert.False(Answers(FakeDnsMessage.ReplyTo(query).WithoutQuestion()));
        Assert.False(Answers(FakeDnsMessage.ReplyTo(query).WithoutQuestion().Code(2)));
        Assert.True(Answers(FakeDnsMessage.ReplyTo(query).WithoutQuestion().Code(1)));

        bool Answers(FakeDnsMessage message) => DnsMessageReader.Answers(message.ToArray(), query.Bytes, query.QuestionLength);
    }

    [Fact]
    public void Read_garbage_and_mutations_never_throws()
    {
        var random = new Random(20261122);
        var query = Query(Question);
        var seed = FakeDnsMessage.ReplyTo(query)
            .Answer("example.com", 5, 300, FakeDnsMessage.Name("alias.example.com"))
            .AnswerRaw([0xC0, 12], 15, [0, 10, 2, (byte)'m', (byte)'x', 0xC0, 12])
            .AnswerRaw([0xC0, 12], 16, FakeDnsMessage.TextData("v=spf1", "-all"))
            .NegativeFor("example.com", 300, 60).Edns(extendedError: 9).ToArray();
        Assert.NotNull(DnsMessageReader.Read(seed));
        var readable = 0;
        for (var i = 0; i < 200_000; i++)
        {
            var message = i % 4 == 0 ? new byte[random.Next(80)] : seed[..random.Next(12, seed.Length + 1)];
            if (i % 4 == 0)
            {
                random.NextBytes(message);
            }

            for (var change = random.Next(6); change > 0 && message.Length > 0; change--)
            {
                message[random.Next(message.Length)] = (byte)random.Next(256);
            }

            DnsMessageReader.Answers(message, query.Bytes, query.QuestionLength);
            readable += DnsMessageReader.Read(message) is null ? 0 : 1;
        }

        Assert.NotEqual(0, readable);
    }

    private static FakeDnsQuery Query(DnsQuestion question)
    {
        var buffer = new byte[DnsMessageWriter.MaxQueryLength];
        var length = DnsMessageWriter.WriteQuery(buffer, 7, question, edns: true);
        return FakeDnsQuery.Parse(buffer[..length], overTcp: false, new IPEndPoint(IPAddress.Loopback, 1));
    }
}
