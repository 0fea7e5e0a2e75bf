using System.Buffers;
using System.Net;
using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Spool;
using Pipeline.Tests.Support.Spool;

namespace Pipeline.Mail.Tests.Spool;

public sealed class SpoolHeaderTests
{
    public static TheoryData<string> Samples { get; } = [SpoolSamples.FirstArrival, SpoolSamples.Frozen, SpoolSamples.LocalSubmission];

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_file_written_by_4_92_is_written_back_octet_for_octet(string sample) => Assert.Equal(sample, Write(Read(sample)));

    [Fact]
    public void A_first_arrival_is_understood()
    {
        var file = Read(SpoolSamples.FirstArrival);

        Assert.Equal("1xV0aA-0001ab-Cd", file.MessageId);
        Assert.Equal(("exim", 999, 995), (file.OwnerName, file.OwnerUserId, file.OwnerGroupId));
        Assert.Equal("alice@sender.example", file.Sender);
        Assert.Equal((1795326488, 950133), (file.ReceivedSeconds, file.ReceivedMicroseconds));
        Assert.Equal(new IPEndPoint(IPAddress.Parse("192.0.2.10"), 45908), file.HostAddress);
        Assert.Equal("mail.client.example", file.HostName);
        Assert.Equal("abc", file.ConnectionVariables["0"]);
        Assert.Equal("line1\nline2", file.MessageVariables["_note"]);
        Assert.True(file.FirstDelivery);
        Assert.Equal("AAAAdmVyZGljdDE=:AAAAdmVyZGljdDI=", file.BmiVerdicts);
        Assert.Equal(("QQ314", DsnReturn.Headers), (file.DsnEnvelopeId, file.DsnReturn));
        Assert.Empty(file.NonRecipients.Nodes);
        Assert.Equal(
            [
                new SpoolRecipient("spam1@test.example", DsnNotify.Failure | DsnNotify.Success, "rfc822;spam1@test.example"),
                new SpoolRecipient("alt1@test.example", DsnNotify.Never),
                new SpoolRecipient("\"odd user\"@test.example"),
            ],
            file.Recipients.AsEnumerable());
        Assert.Equal("P*FT  ", string.Concat(file.Headers.Select(header => header.Flag)));
        Assert.Equal("Subject: hello\n world\n", Encoding.ASCII.GetString(file.Headers[4].Text.Span));
    }

    [Fact]
    public void A_frozen_message_is_understood()
    {
        var file = Read(SpoolSamples.Frozen);

        Assert.Equal(1, file.WarningCount);
        Assert.Equal(new IPEndPoint(IPAddress.Parse("2001:db8::7"), 50123), file.HostAddress);
        Assert.Equal(1795330151, file.FrozenSince);
        Assert.True(file.HostLookupFailed);
        Assert.True(file.NonRecipients.Contains("m@remote.example"));
        Assert.False(file.NonRecipients.Contains("late@remote.example"));
        Assert.Equal(new SpoolRecipient("late@remote.example", ErrorsTo: "list-owner@test.example", Parent: 0), file.Recipients[1]);
    }

    [Fact]
    public void A_local_submission_is_understood()
    {
        var file = Read(SpoolSamples.LocalSubmission);

        Assert.Equal("joe user", file.OwnerName);
        Assert.True(file is { WireFormat: true, SenderLocal: true, ManualThaw: true, SenderSetByUntrusted: true, AllowUnqualifiedSender: true });
        Assert.Null(file.HostAddress);
    }

    [Theory]
    [InlineData("-helo_name client.example\n", "--helo_name client.example\n")]
    [InlineData("-helo_name client.example\n", "--(mysql)helo_name client.example\n")]
    [InlineData("-host_address 192.0.2.10.45908\n", "--host_address [192.0.2.10]:45908\n")]
    [InlineData("-aclc 0 3\n", "--aclc 0 3\n")]
    [InlineData("-aclc 0 3\n", "-acl 0 3\n")]
    [InlineData("-dsn_ret 2\n", "-dsn_ret 2\n-tls_ver TLS1.3\n-received_time_complete 1.2\n-unheard_of\n")]
    [InlineData("-deliver_firsttime\n", "-bmi_verdicts AAAAdmVyZGljdDE=:AAAAdmVyZGljdDI=\n-deliver_firsttime\n")]
    [InlineData("1xV0aA-0001ab-Cd-H", "1xV0aA-0001ab-Cd-H")]
    public void Forms_of_later_versions_are_read_and_written_as_4_92(string old, string later) =>
        Assert.Equal(SpoolSamples.FirstArrival, Write(Read(SpoolSamples.FirstArrival.Replace(old, later, StringComparison.Ordinal))));

    [Fact]
    public void Both_lengths_of_message_ids_are_read()
    {
        var sample = SpoolSamples.Frozen.Replace("1xV0bB-0001ab-0Z-H", "1xV0bB-00000000123-00Zz-H", StringComparison.Ordinal);

        Assert.Equal("1xV0bB-00000000123-00Zz", Read(sample).MessageId);
        Assert.Equal(sample, Write(Read(sample)));
    }

    [Theory]
    [InlineData("late@remote.example 0", "late@remote.example", 0)]
    [InlineData("late@remote.example 7,0,9", "late@remote.example", 0)]
    [InlineData("late@remote.example 0 21,1#1", null, 0)]
    [InlineData("late@remote.example boss@x.test 11,0#1", "late@remote.example", 0)]
    [InlineData("user@host1", "user@host1", -1)]
    [InlineData("\"a 1 b\"@host.test", "\"a 1 b\"@host.test", -1)]
    [InlineData("\"a b\"@host.test  0,2  0,-1#3", "\"a b\"@host.test", -1)]
    [InlineData("u@host.test  0,2  0,-1#4", null, 0)]
    [InlineData("u@host.test  0,2  0,-1#0", null, 0)]
    [InlineData("u@host.test  0,2  0,3#3", null, 0)]
    [InlineData("u@host.test  0,32  0,-1#3", null, 0)]
    [InlineData("u@host.test  99,2  0,-1#3", null, 0)]
    [InlineData("u@host.test  0,2  0,99999999999#3", null, 0)]
    [InlineData("#3", null, 0)]
    [InlineData("", null, 0)]
    public void Recipient_lines_of_all_versions_are_read(string line, string? address, int parent)
    {
        var sample = SpoolSamples.Frozen.Replace("plain@remote.example rfc822;a+2Bb@remote.example 27,8  0,-1#3", line, StringComparison.Ordinal);

        var read = SpoolHeaderReader.TryRead(Encoding.Latin1.GetBytes(sample), null, out var file, out _);

        Assert.Equal(address is not null, read);
        if (read)
        {
            Assert.Equal((address, parent), (file!.Recipients[2].Address, file.Recipients[2].Parent));
        }
    }

    [Theory]
    [InlineData("1xV0aA-0001ab-Cd-H\n", "1xV0aA-0001ab-Cd-D\n")]
    [InlineData("1xV0aA-0001ab-Cd-H\n", "../../../../etc/passwd-H\n")]
    [InlineData("exim 999 995", "exim 999")]
    [InlineData("<alice@sender.example>\n1", "alice@sender.example\n1")]
    [InlineData("1795326488 0", "1795326488")]
    [InlineData("1795326488 0", "now 0")]
    [InlineData(".950133", "950133")]
    [InlineData("192.0.2.10.45908", "192.0.2.10.99999")]
    [InlineData("192.0.2.10.45908", "somewhere")]
    [InlineData("-aclc 0 3", "-aclc 0 4")]
    [InlineData("-aclc 0 3", "-aclc 0 999999999")]
    [InlineData("-aclc 0 3", "-aclc 3")]
    [InlineData("-aclc 0 3", "-aclc 0 -3")]
    [InlineData("-aclc 0 3", "-acl 20 3")]
    [InlineData("-body_linecount 3", "-body_linecount three")]
    [InlineData("-deliver_firsttime", "-frozen soon")]
    [InlineData("XX\n", "YN a@b.test\n")]
    [InlineData("XX\n", "QN a@b.test\n")]
    [InlineData("XX\n", "")]
    [InlineData("XX\n3\n", "XX\n2\n")]
    [InlineData("XX\n3\n", "XX\n4\n")]
    [InlineData("XX\n3\n", "XX\n16385\n")]
    [InlineData("XX\n3\n", "XX\n-1\n")]
    [InlineData("019T To", "018T To")]
    [InlineData("019T To", "020T To")]
    [InlineData("019T To", "19TT To")]
    [InlineData("019T To", "000T To")]
    [InlineData("012  X-Long: abc\n", "012  X-Long: abc\n\0\0\0\0")]
    [InlineData("012  X-Long: abc\n", "012  X-Long: abc")]
    [InlineData("X-Long: abc", "X-Long:\0abc")]
    public void A_defect_is_refused_with_its_place(string old, string defect)
    {
        var sample = SpoolSamples.FirstArrival.Replace(old, defect, StringComparison.Ordinal);
        Assert.NotEqual(SpoolSamples.FirstArrival, sample);

        Assert.False(SpoolHeaderReader.TryRead(Encoding.Latin1.GetBytes(sample), null, out var file, out var error));

        Assert.Null(file);
        Assert.Contains(" at octet ", error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_file_cut_off_before_its_last_header_is_refused_or_lacks_whole_headers(string sample)
    {
        var octets = Encoding.Latin1.GetBytes(sample);
        for (var length = 0; length < octets.Length; length++)
        {
            if (SpoolHeaderReader.TryRead(octets.AsSpan(0, length), null, out var file, out _))
            {
                Assert.Equal(sample[..length], Write(file));
            }
        }
    }

    [Fact]
    public void Limits_hold_at_their_borders()
    {
        var octets = Encoding.Latin1.GetBytes(SpoolSamples.FirstArrival);
        bool Reads(SpoolLimits limits) => SpoolHeaderReader.TryRead(octets, limits, out _, out _);

        Assert.True(Reads(new SpoolLimits(Recipients: 3)));
        Assert.False(Reads(new SpoolLimits(Recipients: 2)));
        Assert.True(Reads(new SpoolLimits(Headers: 6)));
        Assert.False(Reads(new SpoolLimits(Headers: 5)));
        Assert.True(Reads(new SpoolLimits(HeaderBytes: 207)));
        Assert.False(Reads(new SpoolLimits(HeaderBytes: 206)));
        Assert.True(Reads(new SpoolLimits(VariableBytes: 11)));
        Assert.False(Reads(new SpoolLimits(VariableBytes: 10)));
        Assert.True(Reads(new SpoolLimits(Variables: 1)));
        Assert.False(Reads(new SpoolLimits(Variables: 0)));
        var longest = "spam1@test.example rfc822;spam1@test.example 25,12  0,-1#3\n".Length;
        Assert.True(Reads(new SpoolLimits(LineBytes: longest)));
        Assert.False(Reads(new SpoolLimits(LineBytes: longest - 1)));
    }

    [Fact]
    public void The_depth_of_the_tree_needs_no_stack()
    {
        var tree = string.Concat(Enumerable.Range(0, 60_000).Select(i => $"NY a{i}@b.test\n")) + "NN z@b.test\n";
        var file = Read(SpoolSamples.FirstArrival.Replace("XX\n", tree, StringComparison.Ordinal));

        Assert.Equal(60_001, file.NonRecipients.Nodes.Length);
    }

    [Theory]
    [InlineData("list@x d@x m@x z@x", "YY list@x;NN d@x;NY m@x;NN z@x")]
    [InlineData("b a c", "YY b;NN a;NN c")]
    [InlineData("b b", "NN b")]
    [InlineData("Z a", "NY Z;NN a")]
    public void A_tree_made_of_keys_is_balanced_and_ordered_by_octets(string keys, string expected)
    {
        var tree = SpoolTree.FromKeys(keys.Split(' '));

        Assert.Equal(expected.Split(';'), tree.Nodes.Select(node => Describe(node)));
    }

    [Fact]
    public void Everything_in_the_model_survives()
    {
        var file = Read(SpoolSamples.FirstArrival) with
        {
            HostAuthenticator = "plain",
            ActiveHostName = "mx2.test",
            Ident = "id",
            AuthenticatedId = "u",
            DontDeliver = true,
            HostLookupDeferred = true,
            LocalError = true,
            LocalScanData = "scan",
            SpamBar = "+++",
            SpamScore = "3.1",
            SpamScoreInt = "31",
            TlsCertificateVerified = true,
            TlsCipher = "TLS1.3:AES:256",
            TlsPeerCertificate = "-----BEGIN-----\nAA\n",
            TlsOurCertificate = "-----BEGIN-----\nBB\n",
            TlsPeerDn = "CN=\n\\\u00E9\u0001x\t\r",
            TlsServerName = "sni\0",
            TlsOcsp = 4,
            RequireTls = 1,
            SmtpUtf8 = true,
            Utf8Conversion = SpoolUtf8Conversion.WhenNeeded,
            BodyZeroCount = 2,
            NonRecipients = SpoolTree.FromKeys(["a@b", "c@d", "e@f"]),
        };

        var again = Read(Write(file));

        Assert.Equal(Write(file), Write(again));
        Assert.Equal((file.TlsPeerDn, file.TlsServerName, file.TlsPeerCertificate), (again.TlsPeerDn, again.TlsServerName, again.TlsPeerCertificate));
        Assert.Equal((4, 1, SpoolUtf8Conversion.WhenNeeded, 2), (again.TlsOcsp, again.RequireTls, again.Utf8Conversion, again.BodyZeroCount));
    }

    [Fact]
    public void A_value_from_a_peer_cannot_begin_a_line_of_its_own()
    {
        var file = Read(SpoolSamples.FirstArrival) with
        {
            HeloName = "x\n-frozen 1",
            Sender = "a\n-N@b",
            Recipients = [new SpoolRecipient("a\nb@c", DsnNotify.Never, "rfc822;x\ny", "e\nf@g")],
        };

        var again = Read(Write(file));

        Assert.Null(again.FrozenSince);
        Assert.Equal("x -frozen 1", again.HeloName);
        Assert.Equal(new SpoolRecipient("a b@c", DsnNotify.Never, "rfc822;x y", "e f@g"), Assert.Single(again.Recipients));
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1.25")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1.25")]
    [InlineData("2001:db8::1", "2001:db8::1.25")]
    [InlineData("::192.0.2.1", "0:0:0:0:0:0:c000:201.25")]
    public void Addresses_are_written_so_that_the_port_is_found(string address, string expected)
    {
        var text = Write(Read(SpoolSamples.FirstArrival) with { HostAddress = new IPEndPoint(IPAddress.Parse(address), 25) });

        Assert.Contains($"-host_address {expected}\n", text, StringComparison.Ordinal);
        Assert.Equal(25, Read(text).HostAddress!.Port);
    }

    [Fact]
    public void Mutated_files_are_refused_or_understood_but_never_break_the_reader()
    {
        var random = new Random(492);
        byte[][] seeds = [.. new[] { SpoolSamples.FirstArrival, SpoolSamples.Frozen, SpoolSamples.LocalSubmission }.Select(Encoding.Latin1.GetBytes)];
        for (var i = 0; i < 30_000; i++)
        {
            var octets = seeds[random.Next(seeds.Length)].ToArray();
            for (var edits = random.Next(1, 6); edits > 0; edits--)
            {
                octets[random.Next(octets.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)"0123456789 -#,\nYNX"[random.Next(18)];
            }

            if (SpoolHeaderReader.TryRead(octets, null, out var file, out _))
            {
                var once = Write(file);
                Assert.Equal(once, Write(Read(once)));
            }
        }
    }

    private static string Describe(SpoolTreeNode node) => $"{(node.HasLeft ? 'Y' : 'N')}{(node.HasRight ? 'Y' : 'N')} {node.Key}";

    [Theory]
    [InlineData("a@b.example 3")]
    [InlineData("a@b.example,3")]
    [InlineData("a@b.example#3")]
    [InlineData("a@b.example 1,2,3")]
    [InlineData("a@b.example  0,2  0,-1# 3")]
    public void An_address_that_ends_like_the_fields_behind_an_address_is_read_back_as_written(string address)
    {
        var file = Read(SpoolSamples.FirstArrival) with { Recipients = [new SpoolRecipient(address)] };

        Assert.Equal(address, Assert.Single(Read(Write(file)).Recipients).Address);
    }

    private static SpoolHeaderFile Read(string text)
    {
        Assert.True(SpoolHeaderReader.TryRead(Encoding.Latin1.GetBytes(text), null, out var file, out var error), error);
        return file;
    }

    private static string Write(SpoolHeaderFile file)
    {
        var output = new ArrayBufferWriter<byte>();
        SpoolHeaderWriter.Write(file, output);
        return Encoding.Latin1.GetString(output.WrittenSpan);
    }
}
