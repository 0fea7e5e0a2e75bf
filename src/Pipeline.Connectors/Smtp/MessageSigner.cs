using System.Buffers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Arc;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Message;

namespace Pipeline.Connectors.Smtp;

/// <summary>Makes the DKIM signatures and the ARC set that a transport asks for: one pass over the body for all of them, keys read from files once.</summary>
/// <remarks>
/// The rules of Exim: the chain comes last and covers the signatures; a message that cannot be sealed is sent without. For DKIM, an empty key, <c>0</c> or <c>false</c> means not to sign, and wins over dkim_strict; any other failure sends the message
/// without that signature, or with dkim_strict defers it. The first signature asked for stands on top.
/// </remarks>
public sealed class MessageSigner(TimeProvider timeProvider, ILogger<MessageSigner>? logger = null) : IMessageSigner
{
    private const int PieceLength = 64 * 1024;
    private const int MaxBodyHashes = 8;

    private readonly ILogger _logger = logger ?? NullLogger<MessageSigner>.Instance;
    private readonly DkimKeyFiles _keys = new();

    public async ValueTask<MessageSigning> SignAsync(
        ReadOnlyMemory<byte> headerBlock, IMessageContent content, SmtpTransportSettings settings, CancellationToken cancellationToken)
    {
        if (HeaderBlock.Parse(headerBlock, HeaderLimits.Default, out var header, out _, out var headerProblem) != OperationStatus.Done)
        {
            return Refuse(settings, $"the header cannot be signed: {headerProblem}");
        }

        using var bodyHashes = new BodyHashSet(MaxBodyHashes + 1);
        var signers = new List<DkimSigner>(settings.Dkim.Length);
        foreach (var wanted in settings.Dkim)
        {
            if (wanted.PrivateKey.Value is null or "" or "0" or "false")
            {
                continue;
            }

            if (CreateSigner(wanted, header, bodyHashes, out var problem) is { } signer)
            {
                signers.Add(signer);
            }
            else if (wanted.Strict)
            {
                return new MessageSigning(default, $"DKIM {wanted.Selector}._domainkey.{wanted.Domain}: {problem}");
            }
            else
            {
                Log.NotSigned(_logger, wanted.Domain, wanted.Selector, problem);
            }
        }

        var chains = new List<IChainSigner>();
        if (settings.Arc is { } seal && CreateSealer(seal, header, bodyHashes, settings.Name) is { } sealer)
        {
            chains.Add(sealer);
        }

        if (signers.Count == 0 && chains.Count == 0)
        {
            return default;
        }

        await HashBodyAsync(content, bodyHashes, cancellationToken);
        var fields = new ArrayBufferWriter<byte>(1024 * (signers.Count + 1));
        foreach (var signer in signers)
        {
            fields.Write(signer.Sign());
            signer.Dispose();
        }

        var signed = fields.WrittenMemory;
        foreach (var chain in chains)
        {
            signed = Link(chain, signed, headerBlock, settings.Name);
        }

        return new MessageSigning(signed);
    }

    /// <summary>Puts the link of a chain on top of what was signed before, which it covers.</summary>
    private ReadOnlyMemory<byte> Link(IChainSigner chain, ReadOnlyMemory<byte> signed, ReadOnlyMemory<byte> headerBlock, string transport)
    {
        byte[] block = [.. signed.Span, .. headerBlock.Span];
        if (HeaderBlock.Parse(block, HeaderLimits.Default, out var header, out _, out var problem) == OperationStatus.Done)
        {
            return (byte[])[.. chain.Sign(header), .. signed.Span];
        }

        Log.NotSealed(_logger, $"the header cannot be signed: {problem}", transport);
        return signed;
    }

    private ArcSigner? CreateSealer(ArcSigningSettings wanted, HeaderBlock header, BodyHashSet bodyHashes, string transport)
    {
        if (_keys.Find(wanted.PrivateKey, out var problem) is { } key)
        {
            var options = new ArcSigningOptions
            {
                Domain = wanted.AuthServId,
                Selector = wanted.Selector,
                Key = key,
                Timestamp = wanted.Timestamps,
                Expires = wanted.Lifetime is { } lifetime ? timeProvider.GetUtcNow() + lifetime : wanted.Expires,
            };
            if (ArcSigner.Create(header, options, timeProvider, bodyHashes, out problem) is { } signer)
            {
                return signer;
            }
        }

        Log.NotSealed(_logger, problem, transport);
        return null;
    }

    private static async ValueTask HashBodyAsync(IMessageContent content, BodyHashSet bodyHashes, CancellationToken cancellationToken)
    {
        if (content.TryGetBody(out var body))
        {
            bodyHashes.Append(body.Span);
        }
        else
        {
            var piece = ArrayPool<byte>.Shared.Rent(PieceLength);
            try
            {
                await using var stream = content.OpenBody();
                while (await stream.ReadAsync(piece, cancellationToken) is var count and > 0)
                {
                    bodyHashes.Append(piece.AsSpan(0, count));
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(piece);
            }
        }

        bodyHashes.Finish();
    }

    private MessageSigning Refuse(SmtpTransportSettings settings, string problem)
    {
        foreach (var wanted in settings.Dkim)
        {
            if (wanted.Strict)
            {
                return new MessageSigning(default, problem);
            }
        }

        if (settings.Dkim is [var first, ..])
        {
            Log.NotSigned(_logger, first.Domain, first.Selector, problem);
        }

        if (settings.Arc is not null)
        {
            Log.NotSealed(_logger, problem, settings.Name);
        }

        return default;
    }

    private DkimSigner? CreateSigner(DkimSigningSettings wanted, HeaderBlock header, BodyHashSet bodyHashes, out string problem)
    {
        if (!string.Equals(wanted.Hash, "sha256", StringComparison.OrdinalIgnoreCase))
        {
            problem = $"dkim_hash {wanted.Hash} is not supported; verifiers accept sha256 only (RFC 8301 section 3.1)";
            return null;
        }

        var form = wanted.Canonicalization switch
        {
            "relaxed" => CanonicalForm.Relaxed,
            "simple" => CanonicalForm.Simple,
            _ => default(CanonicalForm?),
        };
        if (form is null)
        {
            problem = $"dkim_canon \"{wanted.Canonicalization}\" is neither relaxed nor simple";
            return null;
        }

        if (!TryReadHeaderList(wanted.SignHeaders, out var headers, out problem) || _keys.Find(wanted.PrivateKey, out problem) is not { } key)
        {
            return null;
        }

        var options = new DkimSigningOptions
        {
            Domain = wanted.Domain,
            Selector = wanted.Selector,
            Key = key,
            HeaderForm = form.Value,
            BodyForm = form.Value,
            Headers = headers,
            Identity = wanted.Identity,
            Timestamp = wanted.Timestamps is not null,
            Lifetime = wanted.Timestamps is { } lifetime && lifetime > TimeSpan.Zero ? lifetime : null,
        };
        return DkimSigner.Create(header, options, timeProvider, out problem, bodyHashes);
    }

    private static bool TryReadHeaderList(string? text, out DkimHeaderList headers, out string problem)
    {
        headers = DkimHeaderList.Default;
        problem = "";
        if (text is null)
        {
            return true;
        }

        var names = new List<string>();
        foreach (var range in text.AsSpan().Split(':'))
        {
            var name = text.AsSpan()[range].Trim();
            if (!name.IsEmpty)
            {
                names.Add(name.ToString());
            }
        }

        return DkimHeaderList.TryCreate(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(names), out headers, out problem);
    }
}
