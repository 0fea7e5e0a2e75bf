namespace Pipeline.Mail.Scanning;

/// <summary>What dccifd says of a message (dccifd(8)). Texts have one char for each octet.</summary>
/// <param name="Overall">Its result for all recipients: <c>A</c> accept, <c>S</c> accept for some, <c>R</c> reject, <c>G</c> greylist, <c>T</c> temporary failure, or something else.</param>
/// <param name="Header">The <c>X-DCC-…</c> field with its folds, lines ended by LF; empty when there is none.</param>
/// <param name="Reply">The first line as it was said, for logs.</param>
public sealed record DccVerdict(char Overall, string Header, string Reply);
