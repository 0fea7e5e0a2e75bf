using System.Text;
using Pipeline.Mail.AuthResults;
using Pipeline.Mail.Message;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>The header of a message between its ACLs. What one stage adds and removes takes effect before the next.</summary>
/// <remarks>
/// The stages are Exim's: MAIL, RCPT and DATA command together; each run of the DKIM ACL; the DATA ACL. Within a stage the header is as it was before: an ACL does
/// not see what it adds, and its removals do not touch its additions. Those of an earlier stage are fields like any other.
/// </remarks>
internal sealed class StagedHeader
{
    private readonly List<AddedHeader> _added = [];
    private HeaderBlock _received;

    public StagedHeader(HeaderBlock received, MainOptions options, string hostName)
    {
        _received = received.Without(AuthResultsRemoval.Find(received, hostName).AsSpan());
        Remove(field => IsDropped(field, options));
    }

    /// <summary>Our Received field, as in <see cref="HeaderComposer.Compose"/>; empty as long as it has not been made.</summary>
    public string Received { get; set; } = "";

    /// <summary>How often it has changed.</summary>
    public int Version { get; private set; }

    /// <summary>What expansions see.</summary>
    public ReadOnlyMemory<byte> Visible => _added.Count == 0 ? _received.Bytes : HeaderComposer.Compose(_received, "", _added);

    /// <summary>The end of a stage: takes over what its ACLs have asked for.</summary>
    public void EndStage(MessageScope message)
    {
        if (message.RemovedHeaders.Count > 0)
        {
            Remove(field => message.RemovedHeaders.Exists(name => Matches(field.Name, name)));
            _added.RemoveAll(added => message.RemovedHeaders.Exists(name => Matches(OctetString.ToBytes(NameOf(added)), name)));
            message.RemovedHeaders.Clear();
        }

        _added.AddRange(message.AddedHeaders);
        message.AddedHeaders.Clear();
        Show(message);
    }

    /// <summary>Takes a field in within a stage: whatever comes after sees it.</summary>
    public void Add(AddedHeader added, MessageScope message)
    {
        _added.Add(added);
        Show(message);
    }

    /// <summary>What scanners see and what is stored: with our Received field.</summary>
    public byte[] Compose() => HeaderComposer.Compose(_received, Received, _added);

    /// <summary>Fields that mean final delivery here do not come from outside (RFC 5321 section 4.4).</summary>
    private static bool IsDropped(HeaderField field, MainOptions options) =>
        (options.ReturnPathRemove && field.HasName("return-path"u8))
        || (options.EnvelopeToRemove && field.HasName("envelope-to"u8))
        || (options.DeliveryDateRemove && field.HasName("delivery-date"u8));

    private void Show(MessageScope message)
    {
        message.HeaderBlock = Visible;
        Version++;
    }

    private static string NameOf(AddedHeader added)
    {
        var colon = added.Text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? added.Text : added.Text[..colon].TrimEnd(' ', '\t');
    }

    private static bool Matches(ReadOnlySpan<byte> field, string name) =>
        name.EndsWith('*')
            ? field.Length >= name.Length - 1 && Ascii.EqualsIgnoreCase(field[..(name.Length - 1)], name.AsSpan(0, name.Length - 1))
            : Ascii.EqualsIgnoreCase(field, name);

    private void Remove(Func<HeaderField, bool> isRemoved)
    {
        var indexes = ImmutableArray.CreateBuilder<int>();
        for (var i = 0; i < _received.Count; i++)
        {
            if (isRemoved(_received[i]))
            {
                indexes.Add(i);
            }
        }

        _received = _received.Without(indexes.ToImmutable().AsSpan());
    }
}
