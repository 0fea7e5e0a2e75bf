using System.Net;
using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Expansion.Variables;

namespace Pipeline.Policy.Tests.Expansion;

public sealed class VariableTests
{
    private const string Headers =
        "Subject:  =?utf-8?Q?caf=C3=A9?= \r\n =?utf-8?Q?s?=\r\nTo: a@x\r\nX-Two: one\r\nto : b@y,\r\n c@z\r\nX-Two: t:wo\r\nReceived: from a\r\nReceived: from b\r\n";

    [Theory]
    [InlineData("$h_subject:", "cafés")]
    [InlineData("$bh_subject:", "cafÃ©s")]
    [InlineData("$rh_subject:", "  =?utf-8?Q?caf=C3=A9?= \n =?utf-8?Q?s?=\n")]
    [InlineData("$h_to:", "a@x,\nb@y,\n c@z")]
    [InlineData("$header_x-two:.", "one\nt:wo.")]
    [InlineData("$h_X-Two", "one\nt:wo")]
    [InlineData("$rh_x-two:", " one\n t:wo\n")]
    [InlineData("$lh_x-two:", " one: t::wo")]
    [InlineData("$h_nosuch:", "")]
    [InlineData("${if def:h_subject:{y}{n}}", "y")]
    [InlineData("${if def:h_nosuch:{y}{n}}", "n")]
    [InlineData("${if def:h_subject {y}{n}}", "y")]
    [InlineData("$received_count", "2")]
    [InlineData("$message_headers_raw", "RAW")]
    [InlineData("${lc:$h_subject}", "Failed: missing } at end of string - could be header name not terminated by colon")]
    public async Task Header_variable_reads_fields(string text, string expected)
    {
        var bench = new ExpansionBench();
        bench.Scope.Message.HeaderBlock = Encoding.Latin1.GetBytes(Headers);
        var raw = Headers.Replace("\r\n", "\n", StringComparison.Ordinal);
        Assert.Equal(expected == "RAW" ? raw : expected, await bench.PrintAsync(text));
    }

    [Fact]
    public async Task Message_and_address_are_visible()
    {
        var bench = new ExpansionBench();
        var message = bench.Scope.Message;
        message.Sender = new EnvelopeAddress("grün", "example.org");
        message.Recipients.Add(new EnvelopeAddress("a", "x"));
        message.Recipients.Add(new EnvelopeAddress("b", "y"));
        message.AclVariables["_flag"] = "set";
        message.ConditionVariables["dnslist_domain"] = "list.test";
        message.BodyStart = "one\r\ntwo\0"u8.ToArray();
        bench.Scope.Address = new AddressScope { LocalPart = "a", Domain = "x" };
        bench.Scope.Address.Values["r_var"] = "v";
        Assert.Equal(
            "grÃ¼n@example.org|example.org|a, b|2|-1|set||list.test|a|x|v|one two |mx.example.com",
            await bench.PrintAsync(
                "$sender_address|$sender_address_domain|${sg{$recipients}{@.}{}}|$recipients_count|$message_size|$acl_m_flag|$acl_c0"
                + "|$dnslist_domain|$local_part|$domain|$r_var|$message_body|$qualify_domain"));
    }

    [Theory]
    [InlineData(null, "", "[192.0.2.1]", "[192.0.2.1]")]
    [InlineData(null, "helo.test", "(helo.test) [192.0.2.1]", "[192.0.2.1] (helo=helo.test)")]
    [InlineData("host.test", "host.test", "host.test [192.0.2.1]", "host.test ([192.0.2.1])")]
    [InlineData("host.test", "other.test", "host.test (other.test) [192.0.2.1]", "host.test ([192.0.2.1] helo=other.test)")]
    [InlineData(null, "[192.0.2.1]", "[192.0.2.1]", "[192.0.2.1]")]
    public async Task Client_has_the_forms_of_log_and_received_lines(string? name, string helo, string full, string received)
    {
        var bench = new ExpansionBench();
        var scope = new EvaluationScope
        {
            Environment = bench.Scope.Environment,
            Connection = new ConnectionScope { ClientAddress = IPAddress.Parse("::ffff:192.0.2.1"), ClientName = name, HeloName = helo },
            Message = new MessageScope(),
        };
        var result = await StringExpansion.Compile("$sender_fullhost|$sender_rcvhost").ExpandAsync(scope, CancellationToken.None);
        Assert.Equal($"{full}|{received}", result.Value);
    }

    [Fact]
    public async Task Every_variable_can_be_read_without_a_message()
    {
        var bench = new ExpansionBench();
        foreach (var name in VariableRegistry.Names)
        {
            var result = await bench.ExpandAsync($"${name}");
            Assert.True(result.IsSuccess, $"{name}: {result.Message}");
        }
    }
}
