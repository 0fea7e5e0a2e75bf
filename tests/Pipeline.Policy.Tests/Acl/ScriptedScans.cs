using Pipeline.Mail.Arc;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Scanning;
using Pipeline.Mail.Spf;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Tests.Acl;

/// <summary>Scanners that all give the same answer, and remember what they were asked.</summary>
internal sealed class ScriptedScans(ScanOutcome answer) : IMessageVerification
{
    public List<ScanRequest> Asked { get; } = [];

    public ValueTask<SpfResult> SpfAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("no test asks for SPF");

    public ValueTask<SpfResult> GuessSpfAsync(string record, CancellationToken cancellationToken) => throw new InvalidOperationException("no test asks for SPF");

    public ValueTask<IReadOnlyList<DkimResult>> DkimAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("no test asks for DKIM");

    public ValueTask<ArcResult?> ArcAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("no test asks for ARC");

    public ValueTask<DmarcOutcome> DmarcAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("no test asks for DMARC");

    public ValueTask<ScanOutcome> ScanAsync(ScanRequest request, CancellationToken cancellationToken)
    {
        Asked.Add(request);
        return new(answer);
    }
}
