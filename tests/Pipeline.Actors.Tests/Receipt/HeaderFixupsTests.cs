using System.Net;
using System.Text;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Tests.Support;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Tests.Receipt;

/// <summary>What is added to the header of a message whose first server this is.</summary>
public sealed class HeaderFixupsTests : TestKit
{
    private const string Whole = "From: a@b.test\r\nDate: then\r\nMessage-ID: <x@y>\r\n";

    [Theory]
    [InlineData("", null, "", "")]
    [InlineData("", "submission", "Message-Id: <E1id@mx.test>|From: s@x.test|Date: D", "")]
    [InlineData("", "submission/name=Real Name", "Message-Id: <E1id@mx.test>|From: Real Name <s@x.test>|Date: D", "")]
    [InlineData("", "submission/name=A. \"B\"", "Message-Id: <E1id@mx.test>|From: \"A. \\\"B\\\"\" <s@x.test>|Date: D", "")]
    [InlineData("Resent-To: x@y.test\r\n", "submission", "Resent-Message-Id: <E1id@mx.test>|Resent-From: s@x.test|Resent-Date: D", "")]
    [InlineData(Whole, "submission", "Sender: user@mx.test", "user@mx.test")]
    [InlineData(Whole, "submission/domain=b.test", "Sender: user@b.test", "user@b.test")]
    [InlineData(Whole, "submission/sender_retain", "", "")]
    [InlineData("From: user@mx.test\r\nDate: then\r\nMessage-ID: <x@y>\r\n", "submission", "", "")]
    [InlineData("From: X <USER@b.test>\r\nDate: then\r\nMessage-ID: <x@y>\r\n", "submission/domain=B.test", "Sender: user@B.test", "user@B.test")]
    [InlineData("From: X <user@b.test>\r\nDate: then\r\nMessage-ID: <x@y>\r\n", "submission/domain=B.test", "", "")]
    public async Task Client_that_is_called_a_mail_program_has_its_header_completed(string header, string? control, string added, string sender)
    {
        var scope = Scope("", IPAddress.Parse("192.0.2.1"));
        if (control is not null)
        {
            scope.Message.Controls.Add(control);
        }

        var result = await ApplyAsync(scope, header);

        Assert.Equal(added.Replace("Date: D", $"Date: {MailDate.Format(Time.GetUtcNow())}", StringComparison.Ordinal), Added(scope));
        Assert.Equal(sender, result?.ToString() ?? "");
        Assert.Equal(control is not null && !control.Contains("retain", StringComparison.Ordinal), scope.Message.RemovedHeaders.Count == 1);
    }

    [Theory]
    [InlineData("message_id_header_text = a b@c", "Message-Id: <E1id.a-b-c@mx.test>")]
    [InlineData("message_id_header_domain = $sender_address_domain", "Message-Id: <E1id@x.test>")]
    [InlineData("message_id_header_domain = a b", "Message-Id: <E1id@a-b>")]
    [InlineData("message_id_header_domain = ${if eq{a}{a}{}fail}", "Message-Id: <E1id@mx.test>")]
    [InlineData("message_id_header_text = ${if eq{a}{b}{}fail}", "Message-Id: <E1id@mx.test>")]
    public async Task Message_id_is_made_as_the_options_say(string option, string field)
    {
        var scope = Scope(option, client: null);
        await ApplyAsync(scope, "From: a@b.test\r\nDate: then\r\n");
        Assert.Equal(field, Added(scope));
    }

    [Fact]
    public async Task Local_message_is_left_alone_when_a_control_says_so()
    {
        var scope = Scope("", client: null);
        scope.Message.Controls.Add("suppress_local_fixups");
        Assert.Null(await ApplyAsync(scope, "To: x@y.test\r\n"));
        Assert.Empty(scope.Message.AddedHeaders);
    }

    [Fact]
    public async Task Notification_gets_no_author_without_a_user()
    {
        var scope = Scope("", client: null);
        scope.Message.Sender = EnvelopeAddress.Null;
        await ApplyAsync(scope, "Date: then\r\nMessage-ID: <x@y>\r\n");
        Assert.Empty(scope.Message.AddedHeaders);
    }

    private static string Added(EvaluationScope scope) => string.Join('|', scope.Message.AddedHeaders.Select(header => header.Text));

    private static ValueTask<EnvelopeAddress?> ApplyAsync(EvaluationScope scope, string header)
    {
        HeaderBlock.Parse(Encoding.ASCII.GetBytes(header), HeaderLimits.Default, out var block, out _, out _);
        return HeaderFixups.ApplyAsync(
            new ActivePolicy(scope.Environment.Policy, scope.Environment), scope, block, author: null, CancellationToken.None);
    }

    private EvaluationScope Scope(string option, IPAddress? client) => new()
    {
        Environment = new TestPolicy(option, Time).Current.Environment,
        Connection = new ConnectionScope { ClientAddress = client, AuthenticatedId = "user" },
        Message = new MessageScope { Id = "1id", Sender = new EnvelopeAddress("s", "x.test"), ReceivedAt = Time.GetUtcNow() },
    };
}
