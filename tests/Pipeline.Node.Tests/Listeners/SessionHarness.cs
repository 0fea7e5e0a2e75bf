using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Pipeline.Actors.Receipt;
using Pipeline.Node.Listeners;
using Pipeline.Node.Listeners.Session;

namespace Pipeline.Node.Tests.Listeners;

/// <summary>A session over pipes in memory, with a clock that the test moves: what the server does is known without waiting.</summary>
internal sealed class SessionHarness : IAsyncDisposable
{
    /// <summary>The session runs inside the client's send: when that is over, the session has done all it can and waits.</summary>
    private readonly Pipe _toServer = new(new PipeOptions(readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
    private readonly Pipe _toClient;
    private readonly IReceiptSession _receipt;
    private readonly Task _run;
    private readonly ObservedReader _input;
    private readonly ObservedWriter _output;

    public SessionHarness(FakeReceipt? receipt = null, ListenerOptions? options = null, string sentBeforeBanner = "", int outputLimit = 0)
    {
        _toClient = outputLimit > 0 ? new Pipe(new PipeOptions(pauseWriterThreshold: outputLimit, resumeWriterThreshold: outputLimit / 2)) : new Pipe();
        Receipt = receipt ?? new FakeReceipt();
        options ??= Options();
        if (sentBeforeBanner.Length > 0)
        {
            _toServer.Writer.Write(Encoding.Latin1.GetBytes(sentBeforeBanner));
            Assert.True(_toServer.Writer.FlushAsync().AsTask().IsCompleted);
        }

        Watch = new SessionWatch(Time, options.Limits.SessionTimeout, () => Abort());
        _receipt = Receipt.Open(new ClientConnection(null, null, false));
        _output = new ObservedWriter(_toClient.Writer);
        _input = new ObservedReader(_toServer.Reader);
        var channel = new SmtpChannel(new ServerEnd(_input, _output), null, Watch, options.Limits);
        _run = new SmtpSession(options, null, _receipt, channel, Watch).RunAsync(CancellationToken.None);
        Client = new SmtpTestClient(new ClientEnd(_toClient.Reader.AsStream(), _toServer.Writer.AsStream()));
        _ = _run.ContinueWith(_ => _toClient.Writer.Complete(), TaskScheduler.Default);
    }

    public static ListenerOptions Options(SmtpLimits? limits = null) =>
        new() { Endpoints = [new ListenerEndpoint(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0))], Limits = limits ?? new SmtpLimits() };

    public ManualTime Time { get; } = new();

    public FakeReceipt Receipt { get; }

    public SessionWatch Watch { get; }

    public SmtpTestClient Client { get; }

    public bool Aborted { get; private set; }

    /// <summary>Flushes of replies so far.</summary>
    public int Flushes => _output.Flushes;

    /// <summary>Completes when the session has taken all input and waits for more.</summary>
    public Task Receiving() => _input.Waiting.WaitAsync(TimeSpan.FromSeconds(20));

    /// <summary>Completes when the session waits for its replies to be taken.</summary>
    public Task Writing() => _output.Waiting.WaitAsync(TimeSpan.FromSeconds(20));

    /// <summary>Completes when the session has ended.</summary>
    public Task Ended => _run;

    /// <summary>Moves the clock and lets the session look at it.</summary>
    public void Pass(TimeSpan span)
    {
        Time.Advance(span);
        Watch.Tick();
    }

    /// <summary>Banner and EHLO.</summary>
    public async Task<SessionHarness> GreetAsync()
    {
        await Client.ExpectAsync("220 ");
        await Client.CommandAsync("EHLO client.example", "250-");
        return this;
    }

    /// <summary>Banner, EHLO, MAIL, RCPT.</summary>
    public async Task<SessionHarness> EnvelopeAsync(string mailParameters = "")
    {
        await GreetAsync();
        await Client.CommandAsync("MAIL FROM:<a@example.com>" + mailParameters, "250 ");
        await Client.CommandAsync("RCPT TO:<b@example.com>", "250 ");
        return this;
    }

    public void CloseClientSide() => _toServer.Writer.Complete();

    public async ValueTask DisposeAsync()
    {
        await _toServer.Writer.CompleteAsync();
        await _toClient.Reader.CompleteAsync();
        await _run.WaitAsync(TimeSpan.FromSeconds(20));
        await _receipt.DisposeAsync();
    }

    private void Abort()
    {
        Aborted = true;
        _toClient.Reader.Complete();
        _toServer.Writer.Complete();
    }

    private sealed class ServerEnd(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }

    private sealed class ClientEnd(Stream input, Stream output) : Stream
    {
        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => input.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => output.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => output.FlushAsync(cancellationToken);

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
