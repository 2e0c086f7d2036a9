// The sky behind everything: one triangle over the whole picture, at infinite distance.

struct SkyOut {
    @builtin(position) clip: vec4<f32>,
    @location(0) ray: vec3<f32>,
}

@vertex
fn vertex(in: VertexIn) -> SkyOut {
    var out: SkyOut;
    let corner = in.position.xy;
    // A part of a split picture looks past the middle: the third column says how far.
    let middle = view.clip_from_view[2].xy;
    let in_view = vec3<f32>((corner + middle) / vec2<f32>(view.clip_from_view[0][0], view.clip_from_view[1][1]), -1.0);
    out.ray = (view.world_from_view * vec4<f32>(in_view, 0.0)).xyz;
    out.clip = vec4<f32>(corner, 0.0, 1.0);
    return out;
}

@fragment
fn fragment(in: SkyOut) -> @location(0) vec4<f32> {
    let up = normalize(in.ray).y;
    let t = 1.0 - exp(-4.5 * max(up, 0.0));
    return vec4<f32>(mix(scene.horizon.rgb, scene.zenith.rgb, t), 1.0);
}
