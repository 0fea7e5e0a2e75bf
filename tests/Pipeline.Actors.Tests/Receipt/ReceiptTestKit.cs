using System.Net;
using System.Text;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Tests.Support;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;
using Pipeline.Mail.Smtp;

namespace Pipeline.Actors.Tests.Receipt;

/// <summary>Sessions under a policy made of text, over a store in memory and the supervisor of messages as it is.</summary>
public abstract class ReceiptTestKit : TestKit
{
    private protected FakeStore Store { get; } = new();

    /// <summary>Where messages are written about beside the journal; null: nowhere.</summary>
    private protected IRecordFile? Records { get; set; }

    private protected static ClientConnection Client(string address = "192.0.2.1") =>
        new(new IPEndPoint(IPAddress.Parse(address), 4711), new IPEndPoint(IPAddress.Loopback, 25), ImplicitTls: false);

    private protected static MailParameters From(string localPart) =>
        new(new EnvelopeAddress(localPart, "from.example"), null, default, false, default, null, null);

    private protected static RecipientParameters To(string localPart) => new(TestMessages.To(localPart), DsnNotify.None, null);

    private protected ReceiptService Service(TestPolicy policy, IMessageScanner? scanner = null, ReceiptLimits? limits = null, IDnsResolver? dns = null, Func<ReceiptServices, ReceiptServices>? services = null)
    {
        var ids = new MessageIdSource(Time);
        var messages = new MessageServices
        {
            Store = Store,
            Owner = TestMessages.Owner,
            Time = Time,
            Router = new FakeRouter(),
            Retry = new FakeRetry(),
            Notifications = new FakeNotifications(ids),
        };
        var receipt = new ReceiptServices
        {
            Policies = policy,
            Store = Store,
            Owner = TestMessages.Owner,
            Dns = dns ?? policy.Current.Environment.Dns,
            Time = Time,
            Ids = ids,
            Messages = ActorOf(MessageSupervisorActor.CreateProps(messages, CreateTestProbe().Ref)),
            Log = policy,
            DkimKeys = new DkimKeyCache(),
            Scanner = scanner ?? new FakeScanner(),
            Records = Records,
            Limits = limits ?? new ReceiptLimits(),
        };
        return new ReceiptService(services?.Invoke(receipt) ?? receipt);
    }

    /// <summary>A session whose client has been greeted.</summary>
    private protected static async Task<IReceiptSession> OpenAsync(ReceiptService service, ClientConnection? client = null, string helo = "client.example")
    {
        var session = service.Open(client ?? Client());
        Assert.Equal(220, (await session.ConnectAsync(CancellationToken.None)).Reply.Code);
        Assert.Equal(250, (await session.HeloAsync(true, helo, CancellationToken.None)).Reply.Code);
        return session;
    }

    /// <summary>One message in a session of its own.</summary>
    /// <returns>The answer to the final dot.</returns>
    private protected static async Task<ReceiptDecision> SendAsync(ReceiptService service, string message)
    {
        await using var session = await OpenAsync(service);
        return await TransactAsync(session, message);
    }

    /// <summary>One message in a session.</summary>
    /// <returns>The answer to the final dot.</returns>
    private protected static async Task<ReceiptDecision> TransactAsync(IReceiptSession session, string message)
    {
        foreach (var decision in new[]
        {
            await session.MailAsync(From("sender"), CancellationToken.None),
            await session.RecipientAsync(To("b"), CancellationToken.None),
            await session.BeginDataAsync(false, CancellationToken.None),
        })
        {
            Assert.True(decision.Reply.Code is 250 or 354, decision.Reply.ToString());
        }

        await session.WriteAsync(Encoding.UTF8.GetBytes(message), CancellationToken.None);
        return await session.EndDataAsync(CancellationToken.None);
    }
}
